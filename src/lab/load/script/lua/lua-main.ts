/** A Lua script in the main thread: setup() and done(). */
import type { Histogram } from '../../histogram/histogram.js';
import type { Statistics } from '../author.js';
import type { ScriptThread } from '../channel.js';
import type { DoneSummary, ScriptMain, ScriptMainOptions } from '../script.js';
import { statisticsOf } from '../statistics.js';
import type { HostFunction } from './host-function.js';
import type { LuaState } from './lua-state.js';
import type { LuaValue } from './lua-values.js';
import { openScript } from './open-script.js';

export class LuaMain implements ScriptMain {
  readonly #threads: ScriptThread[] = [];
  #statistics: Readonly<Record<string, Statistics>> = {};
  /** Set right after the constructor. */
  #state!: LuaState;

  static async create(options: ScriptMainOptions): Promise<LuaMain> {
    const main = new LuaMain();
    const askStatistics: HostFunction = (name, what, value) =>
      statistic(main.#statistics[name as string] as Statistics, what, value);
    main.#state = await openScript(options, main.#threads, askStatistics);
    return main;
  }

  async setup(thread: ScriptThread): Promise<void> {
    const number = this.#threads.push(thread) - 1;
    this.#state.callGlobal(this.#state.name('evenkeel_setup'), 'setup()', [number]);
  }

  async done(summary: DoneSummary, latency: Histogram, requests: Histogram): Promise<void> {
    if (!this.#state.isFunction(this.#state.name('done'))) return;
    this.#statistics = { latency: statisticsOf(latency), requests: statisticsOf(requests) };
    this.#state.callGlobal(this.#state.name('evenkeel_done'), 'done()', [table(summary)]);
  }
}

/** @param what any name, or 'percentile' and 'at' for latency:percentile(p) and latency[n] */
function statistic(statistics: Statistics, what: LuaValue, value: LuaValue): LuaValue {
  switch (what) {
    case 'percentile':
      return statistics.percentile(numberOf(value));
    case 'at':
      return statistics.at(numberOf(value));
    case 'min':
    case 'max':
    case 'mean':
    case 'stdev':
    case 'count':
      return statistics[what];
    default:
      return undefined;
  }
}

function numberOf(value: LuaValue): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && !Number.isNaN(number)) return number;
  throw new Error(`bad argument #1 to 'percentile' (number expected, got ${typeof value})`);
}

function table(fields: object): LuaValue {
  return new Map(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'object' ? table(value) : value,
    ]),
  );
}
