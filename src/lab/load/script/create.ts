/** A script for a worker or for the main thread, in the language that its file's name says. */
import { LuaMain } from './lua/main.js';
import { LuaWorker } from './lua/worker.js';
import { ModuleMain } from './module/main.js';
import { ModuleWorker } from './module/worker.js';
import type { ScriptMain, ScriptMainOptions, ScriptSource, ScriptSourceOptions } from './script.js';
import { CheckedSource } from './source.js';
import { isModule } from './text.js';

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
