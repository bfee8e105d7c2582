/** The state of a script in JavaScript or TypeScript in a worker. */
import { ScriptError } from '../../load-errors.js';
import type { Wrk } from '../author.js';
import type { ScriptThread } from '../channel.js';
import type { Hooks, ScriptSourceOptions, WorkerState } from '../script.js';
import { createWrk } from './create-wrk.js';
import { type LoadedModule, loadModule, scriptError } from './load-module.js';

export class ModuleWorker implements WorkerState {
  readonly #options: ScriptSourceOptions;
  readonly #module: LoadedModule;
  readonly #wrk: Wrk;

  static async create(options: ScriptSourceOptions, thread: ScriptThread): Promise<ModuleWorker> {
    const wrk = createWrk(options.url, options.headers, thread);
    return new ModuleWorker(options, await loadModule(options.file), wrk);
  }

  private constructor(options: ScriptSourceOptions, module: LoadedModule, wrk: Wrk) {
    this.#options = options;
    this.#module = module;
    this.#wrk = wrk;
  }

  getGlobal(name: string): unknown {
    const { vars } = this.#wrk;
    return Object.hasOwn(vars, name) ? vars[name] : this.#module.exports[name];
  }

  setGlobal(name: string, value: unknown): void {
    this.#wrk.vars[name] = value;
  }

  async init(args: readonly string[]): Promise<Hooks> {
    const wrk = this.#wrk;
    const { hooks } = this.#module;
    try {
      await hooks.init?.([this.#options.url, ...args], wrk);
    } catch (error) {
      throw this.#failure(error, 'init()');
    }
    const fixed = wrk.format();
    return {
      fixed: hooks.request === undefined,
      request: () => this.#request(fixed),
      response:
        hooks.response &&
        ((...answer) => this.#guard('response()', () => hooks.response?.(...answer, wrk))),
      delay: hooks.delay && (() => this.#guard('delay()', () => hooks.delay?.(wrk))),
    };
  }

  /** Text is sent as UTF-8, so text of other characters than ASCII's becomes bytes. */
  #request(fixed: string | Uint8Array): string | Uint8Array {
    const { hooks } = this.#module;
    const request: unknown =
      hooks.request === undefined
        ? fixed
        : this.#guard('request()', () => hooks.request?.(this.#wrk));
    if (request instanceof Uint8Array) return request;
    if (typeof request === 'string')
      return Buffer.byteLength(request) === request.length ? request : Buffer.from(request);
    throw new ScriptError(
      `${this.#options.file}: request() must return a string or a Uint8Array (in request())`,
    );
  }

  #guard<T>(where: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.#failure(error, where);
    }
  }

  #failure(error: unknown, where: string): ScriptError {
    return scriptError(this.#options.file, error, where);
  }
}
