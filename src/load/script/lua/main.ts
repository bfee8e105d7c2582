/** A Lua script in the main thread: setup() and done(). */
import type { Histogram } from '../../statistics/histogram.js';
import type { ScriptThread } from '../channel.js';
import type { DoneSummary, ScriptMain, ScriptMainOptions } from '../script.js';
import { statisticOf } from '../statistics.js';
import type { HostFunction } from './host.js';
import { openScript } from './open.js';
import type { LuaState } from './state.js';
import type { LuaValue } from './values.js';

export class LuaMain implements ScriptMain {
  readonly #threads: ScriptThread[] = [];
  #statistics: Readonly<Record<string, Histogram>> = {};
  /** Set right after the constructor. */
  #state!: LuaState;

  static async create(options: ScriptMainOptions): Promise<LuaMain> {
    const main = new LuaMain();
    const statistic: HostFunction = (name, what, value) =>
      statisticOf(main.#statistics[name as string] as Histogram, what, value);
    main.#state = await openScript(options, main.#threads, statistic);
    return main;
  }

  async setup(thread: ScriptThread): Promise<void> {
    const number = this.#threads.push(thread) - 1;
    this.#state.callGlobal(this.#state.name('evenkeel_setup'), 'setup()', [number]);
  }

  async done(summary: DoneSummary, latency: Histogram, requests: Histogram): Promise<void> {
    if (!this.#state.isFunction(this.#state.name('done'))) return;
    this.#statistics = { latency, requests };
    this.#state.callGlobal(this.#state.name('evenkeel_done'), 'done()', [table(summary)]);
  }
}

function table(fields: object): LuaValue {
  return new Map(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'object' ? table(value) : value]),
  );
}
