/** The library: `import { serve, runLoad } from 'evenkeel'`. */
export { defaultLimits, type Limits } from './limits.js';
export { ScriptError, TargetError } from './load/errors.js';
export { type LoadHooks, runLoad } from './load/load.js';
export { defaultOptions as defaultLoadOptions, type LoadOptions } from './load/options.js';
export type { LoadRecord } from './load/output/record.js';
export type { LoadResult } from './load/result.js';
export type { LoadScript } from './load/script/author.js';
export { Histogram } from './load/statistics/histogram.js';
export { ListenError, type RunningServer, type ServeOptions, serve } from './server/server.js';
export { StoreError, type StoreErrorCode } from './store/store.js';
