/** The library: `import { serve, runLoad } from 'evenkeel'`. */
export { defaultLimits, type Limits } from './config/limits.js';
export { Histogram } from './lab/load/histogram/histogram.js';
export { type LoadHooks, runLoad } from './lab/load/load.js';
export { ScriptError, ScriptExit, TargetError } from './lab/load/load-errors.js';
export { defaultOptions as defaultLoadOptions, type LoadOptions } from './lab/load/load-options.js';
export type { LoadRecord } from './lab/load/result/load-record.js';
export type { LoadResult } from './lab/load/result/result.js';
export type { LoadScript } from './lab/load/script/author.js';
export { AccessError } from './server/access/access-error.js';
export { ListenError, type RunningServer, type ServeOptions, serve } from './server/server.js';
export { StoreError, type StoreErrorCode } from './store/store.js';
