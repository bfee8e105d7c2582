/**
 * Rounds of load. Each ends with a kill, once enough operations have begun. The reads and writes of
 * a round are checked together with all that the next server holds. A write without a response took
 * effect before the kill, or never.
 */

import { startServer } from '../support/process.js';
import { randomFrom } from '../support/random.js';
import { longestFailedOrder } from './checker.js';
import { type LostWrite, readAll, runClient } from './clients.js';
import { type Operation, Recorder, type Value } from './history.js';

export interface LinearOptions {
  readonly directory: string;
  readonly rounds: number;
  /** In each round, over all clients. */
  readonly operations: number;
  readonly seed: number;
  readonly clients?: number;
  readonly keys?: number;
}

/** The history of one key in one round. */
export interface RoundOfKey {
  readonly key: string;
  readonly round: number;
  readonly initial: Value;
  readonly operations: readonly Operation[];
}

export async function linearRounds(options: LinearOptions): Promise<RoundOfKey[]> {
  const { directory, rounds, operations, seed, clients = 8, keys = 5 } = options;
  const random = randomFrom(seed);
  const names = Array.from({ length: keys }, (_, number) => `key-${number}`);
  const all: RoundOfKey[] = [];
  let held = new Map<string, Value>();
  let server = await startServer(directory);
  for (let round = 1; round <= rounds; round++) {
    const recorder = new Recorder();
    let left = operations;
    let enough = () => {};
    const isEnough = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const { url } = server;
    const onOperation = () => {
      if (--left === 0) enough();
    };
    const running = Array.from({ length: clients }, (_, client) => {
      const own = randomFrom(Math.floor(random() * 2 ** 32));
      const name = `${round}.${client}`;
      return runClient({ url, keys: names, recorder, random: own, name, onOperation });
    });
    await Promise.race([isEnough, Promise.all(running)]);
    await server.end('SIGKILL');
    const lost = (await Promise.all(running)).flat();
    server = await startServer(directory);
    const seen = await readAfter(server.url, recorder, names, lost);
    for (const key of names)
      all.push({ key, round, initial: held.get(key), operations: recorder.of(key) });
    held = seen;
  }
  await server.end('SIGTERM');
  return all;
}

/** Records the writes that were lost, and what the new server holds. */
async function readAfter(
  url: string,
  recorder: Recorder,
  keys: readonly string[],
  lost: readonly LostWrite[],
): Promise<Map<string, Value>> {
  for (const { key, ...write } of lost) recorder.end(key, { kind: 'write', ...write, lost: true });
  const begun = recorder.tick();
  const seen = await readAll(url);
  if (!seen) throw new Error('the new server went away');
  for (const key of keys) recorder.end(key, { kind: 'read', value: seen.get(key), begun });
  return seen;
}

/** Each key of a round that no order explains, in words. */
export function violations(rounds: readonly RoundOfKey[]): string[] {
  return rounds.flatMap(({ key, round, initial, operations }) => {
    const longest = longestFailedOrder(operations, initial);
    if (!longest) return [];
    const rest = operations.filter((operation) => !longest.includes(operation));
    const shown = rest.slice(0, 5).map((operation) => JSON.stringify(operation));
    return [
      `round ${round}, ${key}: an order explains ${longest.length} of ${operations.length} ` +
        `operations, but not ${shown.join(', ')}`,
    ];
  });
}
