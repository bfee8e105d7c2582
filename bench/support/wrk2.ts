/** A run of wrk2, which nobody packages: bring your own and name it with --wrk2 or WRK2. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LoadOptions } from '#dist/lab/load/load-options.js';
import type { Figures } from './rounds.js';

export interface Wrk2Run extends Pick<LoadOptions, 'url' | 'threads' | 'connections' | 'rate'> {
  readonly seconds: number;
  /** A Lua script and its arguments. */
  readonly script?: readonly string[];
}

const msPerUnit: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** Latencies in ms as wrk2 prints them: of responses after its first ten seconds. */
export async function runWrk2(program: string, run: Wrk2Run): Promise<Figures> {
  const { threads, connections, seconds, rate, url, script = [] } = run;
  const [file, ...args] = script;
  const load = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, `-R${rate}`, '--latency'];
  const { stdout: text } = await promisify(execFile)(program, [
    ...load,
    ...(file === undefined ? [url] : ['-s', file, url, '--', ...args]),
  ]);
  // A timeout is only late, and in the percentiles.
  if (/Non-2xx|Socket errors: connect (?!0, read 0, write 0)/.test(text))
    throw new Error(`some of wrk2's requests failed:\n${text}`);
  const at = (percentile: string) => {
    const line = new RegExp(`^ *${percentile.replace('.', '\\.')}%\\s+([0-9.]+)(\\w+) *$`, 'm');
    const [, amount, unit = ''] = line.exec(text) ?? [];
    const ms = Number(amount) * (msPerUnit[unit] ?? Number.NaN);
    if (Number.isNaN(ms)) throw new Error(`wrk2 printed no ${percentile} %:\n${text}`);
    return ms;
  };
  return {
    rate: Number(/^Requests\/sec: +([0-9.]+)$/m.exec(text)?.[1]),
    p50: at('50.000'),
    p99: at('99.000'),
    p999: at('99.900'),
    max: at('100.000'),
  };
}
