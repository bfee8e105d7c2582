/** A script in JavaScript or TypeScript in the main thread: setup() and done(). */
import type { Histogram } from '../../histogram/histogram.js';
import type { Wrk } from '../author.js';
import type { ScriptThread } from '../channel.js';
import type { DoneSummary, ScriptMain, ScriptMainOptions } from '../script.js';
import { statisticsOf } from '../statistics.js';
import { createWrk, scriptView } from './create-wrk.js';
import { type LoadedModule, loadModule, scriptError } from './load-module.js';

export class ModuleMain implements ScriptMain {
  readonly #options: ScriptMainOptions;
  readonly #module: LoadedModule;
  readonly #wrk: Wrk;

  static async create(options: ScriptMainOptions): Promise<ModuleMain> {
    return new ModuleMain(options, await loadModule(options.file));
  }

  private constructor(options: ScriptMainOptions, module: LoadedModule) {
    this.#options = options;
    this.#module = module;
    this.#wrk = createWrk(options.url, options.headers, undefined);
  }

  async setup(thread: ScriptThread): Promise<void> {
    await this.#guard('setup()', () => this.#module.hooks.setup?.(scriptView(thread), this.#wrk));
  }

  async done(summary: DoneSummary, latency: Histogram, requests: Histogram): Promise<void> {
    await this.#guard('done()', () =>
      this.#module.hooks.done?.(summary, statisticsOf(latency), statisticsOf(requests), this.#wrk),
    );
  }

  async #guard(where: string, call: () => void | Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      throw scriptError(this.#options.file, error, where);
    }
  }
}
