/** Picks the source of requests that a run asks for. */
import type { LoadOptions } from '../load-options.js';
import { createScriptSource } from '../script/create.js';
import type { ScriptSource, ScriptStart } from '../script/script.js';
import { plainSource } from './plain.js';
import type { RequestSource } from './request-source.js';
import { workloadSource } from './workload.js';

/** A script has been loaded, but its init() not been called. @throws ScriptError */
export async function sourceOf(
  options: LoadOptions,
  thread: number,
  script?: ScriptStart,
): Promise<RequestSource | ScriptSource> {
  const { work, url, headers } = options;
  switch (work.kind) {
    case 'plain':
      return plainSource({ ...options, work }, thread);
    case 'workload':
      return workloadSource({ ...options, work }, thread);
    case 'script':
      if (script === undefined) throw new TypeError('a script has a text');
      return createScriptSource({ file: work.file, url, headers, thread, ...script });
  }
}
