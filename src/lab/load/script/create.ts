/** A script for a worker or for the main thread, in the language of its file name. */
import { CheckedSource } from './checked-source.js';
import { openLuaMain } from './lua/lua-main.js';
import { openLuaWorker } from './lua/lua-worker.js';
import { openModuleMain } from './module/module-main.js';
import { openModuleWorker } from './module/module-worker.js';
import type { ScriptMain, ScriptMainOptions, ScriptSource, ScriptSourceOptions } from './script.js';
import { isModule } from './script-text.js';

/** For a worker: runs the script's top level. @throws ScriptError */
export function createScriptSource(options: ScriptSourceOptions): Promise<ScriptSource> {
  return CheckedSource.create(options, isModule(options.file) ? openModuleWorker : openLuaWorker);
}

/** For the main thread: runs the script's top level. @throws ScriptError */
export function createScriptMain(options: ScriptMainOptions): Promise<ScriptMain> {
  return isModule(options.file) ? openModuleMain(options) : openLuaMain(options);
}
