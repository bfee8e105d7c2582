/** A Lua script's state in a worker. */
import { ScriptError } from '../../load-errors.js';
import type { ScriptThread } from '../channel.js';
import type { Hooks, ScriptSourceOptions, WorkerState } from '../script.js';
import { bytesOf } from './host-function.js';
import type { LuaState } from './lua-state.js';
import type { LuaValue } from './lua-values.js';
import { luaList, openScript } from './open-script.js';

export class LuaWorker implements WorkerState {
  readonly #options: ScriptSourceOptions;
  readonly #state: LuaState;

  static async create(options: ScriptSourceOptions, thread: ScriptThread): Promise<LuaWorker> {
    const statistic = () => {
      throw new Error('there are no statistics before done()');
    };
    return new LuaWorker(options, await openScript(options, [thread], statistic));
  }

  private constructor(options: ScriptSourceOptions, state: LuaState) {
    this.#options = options;
    this.#state = state;
  }

  getGlobal(name: string): LuaValue {
    return this.#state.getGlobal(bytesOf(name));
  }

  setGlobal(name: string, value: unknown): void {
    this.#state.setGlobal(bytesOf(name), value as LuaValue);
  }

  /** Settles which hooks there are. A script may still replace their functions while it runs. */
  async init(args: readonly string[]): Promise<Hooks> {
    const state = this.#state;
    const values = [this.#options.url, ...args].map(bytesOf);
    state.callGlobal(state.name('evenkeel_init'), 'init()', [luaList(values, 0)]);
    const [request, response, delay] = [
      state.name('request'),
      state.name('response'),
      state.name('delay'),
    ];
    const fixed = !state.isFunction(request);
    const called = fixed ? state.name('evenkeel_request') : request;
    return {
      fixed,
      request: () => this.#request(called),
      delay: state.isFunction(delay) ? () => state.callGlobal(delay, 'delay()') : undefined,
      response: state.isFunction(response)
        ? (status, headers, body) =>
            state.callWithResponse(response, 'response()', status, headers, body)
        : undefined,
    };
  }

  #request(name: number): string {
    const text = this.#state.callForText(name, 'request()');
    if (text !== undefined) return text;
    throw new ScriptError(`${this.#options.file}: request() must return a string (in request())`);
  }
}
