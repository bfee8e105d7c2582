/** A run of wrk2, which is packaged nowhere: bring your own and name it with --wrk2 or WRK2. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Wrk2Run {
  readonly url: string;
  readonly threads: number;
  readonly connections: number;
  readonly rate: number;
  readonly seconds: number;
  /** A Lua script and its arguments. */
  readonly script?: readonly string[];
}

/** Latencies in ms, as wrk2 prints them: of what was answered after its first ten seconds. */
export interface Wrk2Figures extends Record<string, number> {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export async function runWrk2(program: string, run: Wrk2Run): Promise<Wrk2Figures> {
  const { threads, connections, seconds, rate, url, script = [] } = run;
  const [file, ...args] = script;
  const { stdout: text } = await promisify(execFile)(program, [
    `-t${threads}`,
    `-c${connections}`,
    `-d${seconds}s`,
    `-R${rate}`,
    '--latency',
    ...(file === undefined ? [] : ['-s', file]),
    url,
    ...(args.length > 0 ? ['--', ...args] : []),
  ]);
  // A timeout is only late, and in the percentiles.
  if (/Non-2xx|Socket errors: connect (?!0, read 0, write 0)/.test(text))
    throw new Error(`not everything wrk2 sent was answered well:\n${text}`);
  return {
    rate: Number(/^Requests\/sec: +([0-9.]+)$/m.exec(text)?.[1]),
    p50: at(text, '50\\.000'),
    p99: at(text, '99\\.000'),
    p999: at(text, '99\\.900'),
    max: at(text, '100\\.000'),
  };
}

function at(text: string, percentile: string): number {
  const [, amount, unit] =
    new RegExp(`^ *${percentile}%\\s+([0-9.]+)(us|ms|s|m) *$`, 'm').exec(text) ?? [];
  if (unit === undefined) throw new Error(`wrk2 printed no ${percentile} %:\n${text}`);
  return Number(amount) * { us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit as 'us' | 'ms' | 's' | 'm'];
}
