/** `npm run bench` makes ratios, bars and a document of its figures, which says what is missing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { growth } from '../../bench/parts/growth.js';
import { ratio } from '../../bench/support/rounds.js';
import { barText, writeDocument } from '../../bench/write/document.js';
import type { PartRecord } from '../../bench/write/records.js';
import { temporaryDirectory } from '../support/directory.js';

const look = (p50: number) => ({
  'get p50': p50,
  'get p99': 1,
  'put p50': 1,
  'put p99': 2,
  range: 1000,
  anonBytes: 2 ** 20,
  rssBytes: 2 ** 21,
});
const load = (ratio: number) => [{ seconds: 2, fileBytes: 2 ** 20, ratio, anonBytes: 2 ** 20 }];

const record: PartRecord = {
  schema: 'evenkeel-bench/1',
  measuredAt: '2026-01-02T03:04:05.000Z',
  commit: 'abc1234',
  machine: {
    cpu: 'a CPU',
    cores: 2,
    memoryBytes: 2 ** 30,
    node: 'v20',
    platform: 'linux',
    kernel: 'linux 6',
  },
  fdatasyncUs: { p50: 150, p99: 400 },
  versions: { wrk: '4.1.0' },
  measured: {
    settings: { rounds: 2 },
    groups: {
      load: { 1000: load(1.5), 100000: load(2.5) },
      look: { 1000: [look(1), look(2)], 100000: [look(1.2), look(2.6)] },
    },
    skipped: ['something: install it'],
  },
};

describe('a ratio', () => {
  it('is the median of those of each round, not that of the medians', () => {
    const rounds = {
      a: [{ rate: 1 }, { rate: 10 }, { rate: 90 }],
      b: [{ rate: 10 }, { rate: 2 }, { rate: 30 }],
    };
    expect(ratio(rounds, 'rate', 'a', 'b')).toBe(3);
    expect(ratio(rounds, 'rate', 'b', 'a')).toBeCloseTo(1 / 3, 12);
  });
});

describe('a bar', () => {
  it('is held at its limit and missed beyond, on the side it says', () => {
    const bar = { what: 'it', limit: 2, sense: 'at least' } as const;
    expect(barText({ ...bar, value: 2 })).toMatch(/^Held: /);
    expect(barText({ ...bar, value: 1.999 })).toMatch(/^\*\*Missed\*\*: /);
    expect(barText({ ...bar, sense: 'at most', value: 2.001 })).toMatch(/^\*\*Missed\*\*: /);
    expect(barText({ ...bar, sense: 'at most', value: Number.NaN })).toMatch(/^\*\*Missed\*\*: /);
  });
});

describe('the document', () => {
  it('has each measured part with its stamp, bars and gaps, and names the others', async () => {
    const out = await temporaryDirectory();
    writeDocument(out, [
      { name: 'growth', part: growth, record },
      { name: 'other', part: { ...growth, title: 'Another' }, record: undefined },
    ]);
    const written = await readFile(join(out, 'RESULTS.md'), 'utf8');
    const text = written.replaceAll('\n', ' ');
    expect(text).toContain(
      'with 100\u00a0000 entities, times that with 1\u00a0000 is to be at most 1.5, and is 1.25',
    );
    expect(text).toContain('**Missed**: size of the file over that of the data');
    expect(text).toContain('Not measured: something: install it.');
    expect(text).toContain('2026-01-02 03:04 UTC, commit abc1234: 2 × a CPU');
    expect(text).toContain('## Another  Not measured yet: `npm run bench -- --only other`.');
    expect(await readFile(join(out, 'results', 'growth.svg'), 'utf8')).toMatch(
      /^<\?xml[\s\S]*<\/svg>\n$/,
    );
  });
});
