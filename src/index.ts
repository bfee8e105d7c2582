/** The library: `import { serve } from 'evenkeel'`. */
export { defaultLimits, type Limits } from './limits.js';
export { ListenError, type RunningServer, type ServeOptions, serve } from './server/server.js';
export { StoreError, type StoreErrorCode } from './store/store.js';
