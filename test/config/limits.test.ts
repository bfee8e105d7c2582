import { describe, expect, test } from 'vitest';
import {
  defaultLimits,
  type Limits,
  makeLimits,
  maxCacheBytes,
  maxKeyBytes,
  maxTtlSeconds,
  maxValueLimit,
} from '#dist/config/limits.js';

const MiB = 1024 * 1024;

describe('limits', () => {
  test('are the default ones if none is given, and those pass their own rules', () => {
    expect(makeLimits()).toEqual(defaultLimits);
    expect(makeLimits({ ...defaultLimits })).toEqual(defaultLimits);
  });

  test('keep what is given and leave the rest', () => {
    expect(makeLimits({ maxConnections: 7, drainMs: 9 })).toEqual({
      ...defaultLimits,
      maxConnections: 7,
      drainMs: 9,
    });
  });

  test('make room for two of the largest values in the queue, and for two queues in memory', () => {
    const limits = makeLimits({ maxValueBytes: 100 * MiB });
    expect(limits.maxQueuedBytes).toBe(200 * MiB);
    expect(limits.maxContentBytesInMemory).toBe(400 * MiB);
    expect(makeLimits({ maxValueBytes: 1 }).maxQueuedBytes).toBe(defaultLimits.maxQueuedBytes);
  });

  test('take a queue and a memory that were given as they are, even if small', () => {
    const given = { maxValueBytes: MiB, maxQueuedBytes: 2 * MiB, maxContentBytesInMemory: MiB };
    expect(makeLimits(given)).toMatchObject(given);
  });

  test('allow the largest value that may be configured, and not a byte more', () => {
    expect(makeLimits({ maxValueBytes: maxValueLimit }).maxValueBytes).toBe(maxValueLimit);
    expect(() => makeLimits({ maxValueBytes: maxValueLimit + 1 })).toThrow(
      new TypeError('limits.maxValueBytes must be at most 268435456, got 268435457'),
    );
  });

  test('allow no cache, and the largest that may be configured, and not a byte more', () => {
    expect(makeLimits({ cacheBytes: 0 }).cacheBytes).toBe(0);
    expect(makeLimits({ cacheBytes: maxCacheBytes }).cacheBytes).toBe(1024 * MiB);
    expect(() => makeLimits({ cacheBytes: maxCacheBytes + 1 })).toThrow(
      new TypeError('limits.cacheBytes must be at most 1073741824, got 1073741825'),
    );
    expect(() => makeLimits({ cacheBytes: -1 })).toThrow(
      new TypeError('limits.cacheBytes must be a positive whole number or 0, got -1'),
    );
  });

  test('that are constants are what the interface says', () => {
    expect(maxKeyBytes).toBe(1024);
    expect(maxTtlSeconds).toBe(630_720_000);
    expect(defaultLimits.maxValueBytes).toBe(16 * MiB);
  });
});

describe('a limit is refused with a TypeError that names it and the value', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'when it is %d',
    (value) => {
      for (const name of Object.keys(defaultLimits) as (keyof Limits)[])
        if (name !== 'cacheBytes' || value !== 0)
          expect(() => makeLimits({ [name]: value }), name).toThrow(TypeError);
      expect(() => makeLimits({ maxConnections: value })).toThrow(
        `limits.maxConnections must be a positive whole number, got ${value}`,
      );
    },
  );

  test.each([
    ['text', '5'],
    ['null', null],
    ['undefined', undefined],
  ])('when it is %s', (_, value) => {
    expect(() => makeLimits({ maxConnections: value as unknown as number })).toThrow(
      `limits.maxConnections must be a positive whole number, got ${JSON.stringify(value)}`,
    );
  });
});

describe('two limits that contradict each other are refused, at the byte', () => {
  test.each<[string, Partial<Limits>, Partial<Limits>, string]>([
    [
      'a header too short for the longest key, percent-encoded',
      { maxHeaderBytes: 4096 },
      { maxHeaderBytes: 4095 },
      'limits.maxHeaderBytes must be at least 4096 (the longest key, percent-encoded), got 4095',
    ],
    [
      'a queue without room for the largest value and its key',
      { maxValueBytes: MiB, maxQueuedBytes: MiB + 1024 },
      { maxValueBytes: MiB, maxQueuedBytes: MiB + 1023 },
      'limits.maxQueuedBytes must be at least 1049600 (the largest value and its key), got 1049599',
    ],
    [
      'a memory without room for the largest value',
      { maxValueBytes: MiB, maxContentBytesInMemory: MiB },
      { maxValueBytes: MiB, maxContentBytesInMemory: MiB - 1 },
      'limits.maxContentBytesInMemory must be at least 1048576 (the largest value), got 1048575',
    ],
    [
      'a request that ends before its header may',
      { headerTimeoutMs: 500, requestTimeoutMs: 500 },
      { headerTimeoutMs: 500, requestTimeoutMs: 499 },
      'limits.requestTimeoutMs must be at least 500 (the header is part of the request), got 499',
    ],
  ])('%s', (_, least, tooLittle, message) => {
    expect(makeLimits(least)).toMatchObject(least);
    expect(() => makeLimits(tooLittle)).toThrow(new TypeError(message));
  });
});
