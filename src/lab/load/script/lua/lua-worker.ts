/** A Lua script's state in a worker. */
import { ScriptError } from '../../load-errors.js';
import type { ScriptThread } from '../channel.js';
import type { ScriptSourceOptions, WorkerState } from '../script.js';
import { bytesOf } from './host-function.js';
import type { LuaValue } from './lua-values.js';
import { luaList, openScript } from './open-script.js';

export async function openLuaWorker(
  options: ScriptSourceOptions,
  thread: ScriptThread,
): Promise<WorkerState> {
  const { file, url } = options;
  const state = await openScript(options, [thread], () => {
    throw new Error('there are no statistics before done()');
  });
  const textOf = (name: number): string => {
    const text = state.callForText(name, 'request()');
    if (text !== undefined) return text;
    throw new ScriptError(`${file}: request() must return a string (in request())`);
  };
  return {
    getGlobal: (name) => state.getGlobal(bytesOf(name)),
    setGlobal: (name, value) => state.setGlobal(bytesOf(name), value as LuaValue),
    // Settles which hooks there are. A script may still replace their functions while it runs.
    init: async (args) => {
      const values = [url, ...args].map(bytesOf);
      state.callGlobal(state.name('evenkeel_init'), 'init()', [luaList(values, 0)]);
      const request = state.name('request');
      const response = state.name('response');
      const delay = state.name('delay');
      const fixed = !state.isFunction(request);
      const called = fixed ? state.name('evenkeel_request') : request;
      return {
        fixed,
        request: () => textOf(called),
        delay: state.isFunction(delay) ? () => state.callGlobal(delay, 'delay()') : undefined,
        response: state.isFunction(response)
          ? (...answer) => state.callWithResponse(response, 'response()', ...answer)
          : undefined,
      };
    },
  };
}
