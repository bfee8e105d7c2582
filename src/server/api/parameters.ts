/** The rules of parameters. A refusal quotes the rule and the value received. */
import { maxKeyBytes, maxTtlMs, maxTtlSeconds } from '../../config/limits.js';
import type { Capabilities, ReplicaCount } from '../../store/store.js';
import { Problem, quote } from './problem.js';
import type { Query } from './query.js';

/** A key: 1 to `maxKeyBytes` bytes. @throws Problem 400 */
export function key(query: Query, name: string): Buffer {
  const bytes = query.get(name);
  if (!bytes?.length)
    throw new Problem(
      400,
      `the parameter ${name} is missing or empty; a key has at least one byte: ${name}=KEY`,
    );
  if (bytes.length > maxKeyBytes)
    throw new Problem(
      400,
      `the parameter ${name} has ${bytes.length} bytes after decoding; ` +
        `a key has at most ${maxKeyBytes}`,
    );
  return bytes;
}

/** A whole number from 1 to `max`, or undefined if it is not given. @throws Problem 400 */
export function wholeNumber(query: Query, name: string, max: number): number | undefined {
  const text = query.get(name)?.toString('latin1');
  if (text === undefined) return undefined;
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max)
    throw new Problem(
      400,
      `the parameter ${name} is a whole number from 1 to ${max}, got ${quote(text)}`,
    );
  return value;
}

/**
 * A time to live in ms: whole seconds, or milliseconds with `ms` behind them; undefined if it is
 * not given.
 * @throws Problem 400
 */
export function duration(query: Query, name: string): number | undefined {
  const text = query.get(name)?.toString('latin1');
  if (text === undefined) return undefined;
  const match = /^([0-9]{1,16})(ms)?$/.exec(text);
  const ms = match ? Number(match[1]) * (match[2] ? 1 : 1000) : 0;
  if (ms < 1 || ms > maxTtlMs)
    throw new Problem(
      400,
      `the parameter ${name} is a whole number of seconds from 1 to ${maxTtlSeconds}, or of ` +
        `milliseconds with ms behind it, for example 60 or 1500ms, got ${quote(text)}`,
    );
  return ms;
}

/** Refuses an expiry that the store cannot keep. @throws Problem 400 */
export function mustBeKept(
  ttlMs: number,
  { maxExpiresMs }: Pick<Capabilities, 'maxExpiresMs'>,
): void {
  if (maxExpiresMs === undefined || Date.now() + ttlMs <= maxExpiresMs) return;
  throw new Problem(
    400,
    `an entity expires by ${new Date(maxExpiresMs).toISOString()} in this store; ` +
      'give a shorter time to live, or none',
  );
}

/** Whether it is `true`; `false` if it is not given. @throws Problem 400 */
export function flag(query: Query, name: string): boolean {
  const text = query.get(name)?.toString('latin1') ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Problem(400, `the parameter ${name} is true or false, got ${quote(text)}`);
}

/** `ack/from`, to be spread into a command. @throws Problem 400 */
export function replicas(
  query: Query,
  { replicas: all }: Capabilities,
): { replicas?: ReplicaCount } {
  const text = query.get('replicas')?.toString('latin1');
  if (text === undefined) return {};
  const match = /^([0-9]{1,4})\/([0-9]{1,4})$/.exec(text);
  const [ack, from] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || ack < 1 || ack > from)
    throw new Problem(
      400,
      `the parameter replicas is ack/from with 1 ≤ ack ≤ from, for example 1/1, got ${quote(text)}`,
    );
  if (from > all)
    throw new Problem(
      400,
      `the parameter replicas asks for ${from} replicas, and this store has ${all}; ` +
        `use a from of at most ${all}`,
    );
  return { replicas: { ack, from } };
}

/** One of the words, or undefined if it is not given. @throws Problem 400 */
export function word<Word extends string>(
  query: Query,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = query.get(name)?.toString('latin1');
  if (text === undefined) return undefined;
  const known = words.find((each) => each === text);
  if (known === undefined)
    throw new Problem(400, `the parameter ${name} is ${words.join(' or ')}, got ${quote(text)}`);
  return known;
}

export interface Interval {
  readonly start: Buffer;
  readonly end?: Buffer;
}

/** The keys from `start` to `end`, or those with a `prefix`. @throws Problem 400 */
export function interval(query: Query): Interval {
  if (!query.has('prefix')) {
    if (!query.has('start'))
      throw new Problem(
        400,
        'the range has no beginning; send start=KEY or prefix=KEY, and start=%00 for all there is',
      );
    return {
      start: key(query, 'start'),
      ...(query.has('end') && { end: key(query, 'end') }),
    };
  }
  const other = ['start', 'end'].find((name) => query.has(name));
  if (other)
    throw new Problem(
      400,
      `the parameters prefix and ${other} exclude each other; send prefix, or start and end`,
    );
  const start = key(query, 'prefix');
  const end = successorOf(start);
  return { start, ...(end && { end }) };
}

/**
 * The lowest key above all keys with the prefix: its last byte that can be raised is raised, and
 * the bytes behind it fall away. Undefined if there is none, because all bytes are 0xff.
 */
export function successorOf(prefix: Buffer): Buffer | undefined {
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  if (last < 0) return undefined;
  const successor = Buffer.from(prefix.subarray(0, last + 1));
  successor[last] = (successor[last] as number) + 1;
  return successor;
}
