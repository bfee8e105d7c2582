/** The state of a script in JavaScript or TypeScript in a worker. */
import { ScriptError } from '../../load-errors.js';
import type { ScriptThread } from '../channel.js';
import type { ScriptSourceOptions, WorkerState } from '../script.js';
import { createWrk } from './create-wrk.js';
import { guarded, loadModule, scriptError } from './load-module.js';

export async function openModuleWorker(
  { file, url, headers }: ScriptSourceOptions,
  thread: ScriptThread,
): Promise<WorkerState> {
  const wrk = createWrk(url, headers, thread);
  const { hooks, exports } = await loadModule(file);
  const guard = <T>(where: string, call: () => T): T => {
    try {
      return call();
    } catch (error) {
      throw scriptError(file, error, where);
    }
  };
  return {
    getGlobal: (name) => (Object.hasOwn(wrk.vars, name) ? wrk.vars[name] : exports[name]),
    setGlobal: (name, value) => {
      wrk.vars[name] = value;
    },
    init: async (args) => {
      await guarded(file, 'init()', () => hooks.init?.([url, ...args], wrk));
      const plain = wrk.format();
      const fixed = hooks.request === undefined;
      return {
        fixed,
        request: () =>
          asBytes(fixed ? plain : guard('request()', () => hooks.request?.(wrk)), file),
        response:
          hooks.response &&
          ((...answer) => guard('response()', () => hooks.response?.(...answer, wrk))),
        delay: hooks.delay && (() => guard('delay()', () => hooks.delay?.(wrk))),
      };
    },
  };
}

/** Text is sent as UTF-8, so text of other characters than ASCII's becomes bytes. */
function asBytes(request: unknown, file: string): string | Uint8Array {
  if (request instanceof Uint8Array) return request;
  if (typeof request === 'string')
    return Buffer.byteLength(request) === request.length ? request : Buffer.from(request);
  throw new ScriptError(`${file}: request() must return a string or a Uint8Array (in request())`);
}
