/**
 * A run of wrk at full speed, with bench/lua/peak.lua. It has one thread, so that on two cores the
 * generator and the server have one each.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../../bench/lua/peak.lua', import.meta.url));

/** The requests to send to a peer. Rising keys begin at `first` and have no end. */
export interface Peak {
  readonly method: 'GET' | 'PUT';
  readonly order: 'rising' | 'uniform' | 'zipfian';
  /** Number of keys to draw from. */
  readonly keySpace: number;
  readonly first: number;
  readonly valueBytes: number;
  readonly connections: number;
  readonly seconds: number;
}

/** Times in ms from sent to answered, with every connection always busy. */
export interface PeakFigures {
  readonly requests: number;
  /** Responses per second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** The length of one response, with its head. */
  readonly responseBytes?: number;
}

/**
 * @param path the target before and after the key
 * @param fields of each request, as `Name: value`
 */
export async function runWrk(
  url: string,
  path: readonly [string, string],
  peak: Peak,
  fields: readonly string[] = [],
): Promise<PeakFigures> {
  const { connections, seconds, method, order, keySpace, first, valueBytes } = peak;
  const sizes = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s'];
  const args = [...sizes, ...fields.flatMap((field) => ['-H', field]), '-s', script, url];
  const given = [method, ...path, order, keySpace, first, valueBytes].map(String);
  const { stdout } = await promisify(execFile)('wrk', [...args, '--', ...given]);
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`wrk printed no figures:\n${stdout}`);
  const { errors, ...figures } = JSON.parse(line);
  if (errors > 0 || figures.requests === 0)
    throw new Error(`${errors} of wrk's requests failed:\n${stdout}`);
  return figures;
}

/** A key as peak.lua spells it. Keys have the order of their numbers. */
export const keyOf = (number: number) => `key${String(number).padStart(13, '0')}`;
export const keyBytes = 16;
