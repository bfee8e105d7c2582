/** A Lua script in the main thread: setup() and done(). */
import type { Statistics } from '../author.js';
import type { ScriptThread } from '../channel.js';
import type { ScriptMain, ScriptMainOptions } from '../script.js';
import { statisticsOf } from '../statistics.js';
import type { LuaValue } from './lua-values.js';
import { openScript } from './open-script.js';

export async function openLuaMain(options: ScriptMainOptions): Promise<ScriptMain> {
  const threads: ScriptThread[] = [];
  let statistics: Readonly<Record<string, Statistics>> = {};
  const state = await openScript(options, threads, (name, what, value) =>
    statistic(statistics[name as string] as Statistics, what, value),
  );
  return {
    setup: async (thread) => {
      const number = threads.push(thread) - 1;
      state.callGlobal(state.name('evenkeel_setup'), 'setup()', [number]);
    },
    done: async (summary, latency, requests) => {
      if (!state.isFunction(state.name('done'))) return;
      statistics = { latency: statisticsOf(latency), requests: statisticsOf(requests) };
      state.callGlobal(state.name('evenkeel_done'), 'done()', [table(summary)]);
    },
  };
}

const fields = ['min', 'max', 'mean', 'stdev', 'count'] as const;

/** @param what any name, or 'percentile' and 'at' for latency:percentile(p) and latency[n] */
function statistic(statistics: Statistics, what: LuaValue, value: LuaValue): LuaValue {
  if (what === 'percentile' || what === 'at') return statistics[what](numberOf(value));
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
