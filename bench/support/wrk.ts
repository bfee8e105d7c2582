/**
 * A run of wrk as fast as it goes, with bench/lua/peak.lua. One thread: a server of one thread and a generator of one have a core each
 * on a machine of two, and a second thread of wrk would take the server's.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../../bench/lua/peak.lua', import.meta.url));

/** What to send, in words that fit every peer. */
export interface Peak {
  readonly method: 'GET' | 'PUT';
  readonly order: 'rising' | 'uniform' | 'zipfian';
  /** Keys to draw from. Rising ones begin at `first` and know no end. */
  readonly keySpace: number;
  readonly first: number;
  readonly valueBytes: number;
  readonly connections: number;
  readonly seconds: number;
}

export interface PeakFigures {
  readonly requests: number;
  /** Answers a second. */
  readonly rate: number;
  /** Milliseconds from sent to answered, with every connection always busy. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Of one answer, with its head. */
  readonly answerBytes?: number;
}

/** @param path what stands before the key and behind it */
export async function runWrk(
  url: string,
  path: readonly [string, string],
  peak: Peak,
): Promise<PeakFigures> {
  const { connections, seconds, method, order, keySpace, first, valueBytes } = peak;
  const args = [
    `-t1`,
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '30s',
    '-s',
    script,
    url,
    '--',
  ];
  const given = [method, ...path, order, keySpace, first, valueBytes].map(String);
  const { stdout } = await promisify(execFile)('wrk', [...args, ...given]);
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`wrk printed no figures:\n${stdout}`);
  const { errors, ...figures } = JSON.parse(line);
  if (errors > 0 || figures.requests === 0)
    throw new Error(`${errors} of wrk's requests failed:\n${stdout}`);
  return figures;
}

/** A key as peak.lua spells it: 16 bytes, in the order of their numbers. */
export function keyOf(number: number): string {
  return `key${String(number).padStart(13, '0')}`;
}

export const keyBytes = 16;
