/** A Lua script in the main thread: setup() and done(). */
import type { Histogram } from '../../histogram/histogram.js';
import type { Statistics } from '../author.js';
import type { ScriptThread } from '../channel.js';
import type { ScriptMain, ScriptMainOptions } from '../script.js';
import { statisticsOf } from '../statistics.js';
import type { LuaValue } from './lua-values.js';
import { openScript } from './open-script.js';

export async function openLuaMain(options: ScriptMainOptions): Promise<ScriptMain> {
  const threads: ScriptThread[] = [];
  let statistics: Readonly<Record<string, Shown>> = {};
  const state = await openScript(options, threads, (name, what, value) =>
    statistic(statistics[name as string] as Shown, what, value),
  );
  return {
    setup: async (thread) => {
      const number = threads.push(thread) - 1;
      state.callGlobal(state.name('evenkeel_setup'), 'setup()', [number]);
    },
    done: async (summary, latency, requests) => {
      if (!state.isFunction(state.name('done'))) return;
      statistics = { latency: shown(latency), requests: shown(requests) };
      state.callGlobal(state.name('evenkeel_done'), 'done()', [table(summary)]);
    },
  };
}

const fields = ['min', 'max', 'mean', 'stdev', 'count'] as const;

interface Shown extends Statistics {
  /** The different values, ascending, and how often each occurred. */
  readonly values: readonly { readonly value: number; readonly times: number }[];
}

function shown(histogram: Histogram): Shown {
  const values = [...histogram.buckets()].map(({ highest, count }) => ({
    value: Math.min(highest, histogram.max),
    times: count,
  }));
  return { ...statisticsOf(histogram), values };
}

/** @param what any name, or a function's: latency:percentile(p), latency(i) and #latency */
function statistic(statistics: Shown, what: LuaValue, value: LuaValue): LuaValue {
  if (what === 'percentile') return statistics.percentile(numberOf(value));
  if (what === 'values') return statistics.values.length;
  if (what === 'value' || what === 'times')
    return statistics.values[Math.trunc(numberOf(value)) - 1]?.[what];
  const field = fields.find((name) => name === what);
  return field && statistics[field];
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
