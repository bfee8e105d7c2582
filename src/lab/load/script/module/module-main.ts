/** A script in JavaScript or TypeScript in the main thread: setup() and done(). */
import type { ScriptMain, ScriptMainOptions } from '../script.js';
import { statisticsOf } from '../statistics.js';
import { createWrk, scriptView } from './create-wrk.js';
import { guarded, loadModule } from './load-module.js';

export async function openModuleMain(options: ScriptMainOptions): Promise<ScriptMain> {
  const { file, url, headers } = options;
  const { hooks } = await loadModule(file);
  const wrk = createWrk(url, headers, undefined);
  return {
    setup: (thread) => guarded(file, 'setup()', () => hooks.setup?.(scriptView(thread), wrk)),
    done: (summary, latency, requests) =>
      guarded(file, 'done()', () =>
        hooks.done?.(summary, statisticsOf(latency), statisticsOf(requests), wrk),
      ),
  };
}
