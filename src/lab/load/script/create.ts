/** A script for a worker or for the main thread, in the language of its file name. */

import { CheckedSource } from './checked-source.js';
import { LuaMain } from './lua/lua-main.js';
import { LuaWorker } from './lua/lua-worker.js';
import { ModuleMain } from './module/module-main.js';
import { ModuleWorker } from './module/module-worker.js';
import type { ScriptMain, ScriptMainOptions, ScriptSource, ScriptSourceOptions } from './script.js';
import { isModule } from './script-text.js';

/** For a worker: runs the script's top level. @throws ScriptError */
export function createScriptSource(options: ScriptSourceOptions): Promise<ScriptSource> {
  return CheckedSource.create(
    options,
    isModule(options.file) ? ModuleWorker.create : LuaWorker.create,
  );
}

/** For the main thread: runs the script's top level. @throws ScriptError */
export function createScriptMain(options: ScriptMainOptions): Promise<ScriptMain> {
  return isModule(options.file) ? ModuleMain.create(options) : LuaMain.create(options);
}
