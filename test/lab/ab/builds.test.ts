/** The order of runs, what decides a comparison, and how it is written down. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { abRecord } from '#dist/lab/ab/ab-record.js';
import { type Build, compareBuilds, type Plan } from '#dist/lab/ab/compare-builds.js';
import type { Figures } from '#dist/lab/ab/figures.js';
import { toAbRecord } from '#dist/lab/ab/make-ab-record.js';
import { formatJunit } from '#dist/lab/ab/output/junit.js';
import { formatMarkdown } from '#dist/lab/ab/output/markdown.js';
import { formatComparison } from '#dist/lab/ab/output/text.js';
import { elements, parseXml } from '../../lab/profile/xml.js';
import { loadOptions } from '../load/request/options.js';

const plan: Plan = { maxRounds: 10, tolerance: 0.05, alarmShare: 0.05 };

/** Runs of known figures: those of A vary by ± 1 %, those of B are larger by a share. */
function builds(share: number, more: (build: Build, run: number) => Figures = () => ({})) {
  const order: Build[] = [];
  const run = async (build: Build): Promise<Figures> => {
    const number = order.push(build);
    const wobble = 1 + 0.01 * Math.sin(number * 1.7);
    return { p50: 1000 * wobble * (build === 'b' ? 1 + share : 1), ...more(build, number) };
  };
  return { order, run };
}

describe('a comparison', () => {
  it('makes A against A first, and then rounds in the order ABBA', async () => {
    const { order, run } = builds(0.5);
    const { calibration, rounds } = await compareBuilds(run, plan);
    expect(order.join('')).toBe(`${'a'.repeat(8)}abbaabba`);
    expect(calibration.map(({ order: one }) => one)).toEqual(['ab', 'ba', 'ab', 'ba']);
    expect(rounds.map(({ order: one }) => one)).toEqual(['ab', 'ba', 'ab', 'ba']);
  });

  it('ends at the first look at which no figure is open', async () => {
    expect((await compareBuilds(builds(0.5).run, plan)).rounds).toHaveLength(4);
    expect((await compareBuilds(builds(0).run, plan)).rounds).toHaveLength(4);
    // A figure that jumps about is open to the end.
    const noisy = builds(0, (_, number) => ({ p99: 1000 * 3 ** (number % 3) }));
    const { rounds, changes } = await compareBuilds(noisy.run, plan);
    expect(rounds).toHaveLength(10);
    expect(changes.map(({ judgement }) => judgement)).toEqual(['same', "can't tell"]);
  });

  it('ends when its budget does, with what it has', async () => {
    const { order, run } = builds(0.5);
    const { rounds, changes } = await compareBuilds(run, plan, {
      isOver: () => order.length >= 12,
    });
    expect([rounds.length, changes[0]?.judgement]).toEqual([2, "can't tell"]);
    const none = await compareBuilds(run, plan, { isOver: () => true });
    expect([none.calibration, none.rounds, none.changes]).toEqual([[], [], []]);
  });

  it.each([
    [0.2, 'worse'],
    [-0.2, 'better'],
    [0.03, 'same'],
  ])('of a build that takes %d more finds it %s', async (share, judgement) => {
    const { changes } = await compareBuilds(builds(share).run, plan);
    expect(changes[0]).toMatchObject({ figure: 'p50', judgement });
    expect(changes[0]?.change).toBeCloseTo(share, 1);
  });

  it('judges a figure only if all runs have it', async () => {
    const some = builds(0, (_, number) => (number === 3 ? {} : { cpu: 100 }));
    const { changes } = await compareBuilds(some.run, plan);
    expect(changes.map(({ figure }) => figure)).toEqual(['p50']);
  });

  it('is not fair if the first run of A always differs from the second', async () => {
    // The roles alternate, so only what follows the role can differ: here by a trick.
    const { order, run } = builds(0);
    const tricked = async (build: Build) => {
      const figures = await run(build);
      const isSecondA = [2, 3, 6, 7].includes(order.length);
      return { p50: (figures.p50 ?? 0) * (isSecondA ? 2 : 1) };
    };
    expect((await compareBuilds(tricked, plan)).unfair).toEqual(['p50']);
  });
});

async function recordOf(share: number, change: Partial<Parameters<typeof toAbRecord>[1]> = {}) {
  const noisy = builds(share, (_, number) => ({ p99: 1000 * 3 ** (number % 3) }));
  return toAbRecord(await compareBuilds(noisy.run, plan), {
    startedAt: '2030-01-01T00:00:00.000Z',
    targets: {
      a: { command: 'node `a`.js {port}', path: '/', parentDirectory: '/tmp' },
      b: { url: 'http://me:pw@b/?token=s3cret' },
    },
    options: loadOptions(),
    plan,
    repeated: [{ build: 'b', reason: '1 failure: <b>|*' }],
    interrupted: false,
    ...change,
  });
}

describe('a record', () => {
  it('is of its schema, also before anything is known, and as JSON', async () => {
    const { run } = builds(0);
    const nothing = await compareBuilds(run, plan, { isOver: () => true });
    for (const record of [
      await recordOf(0.2),
      toAbRecord(nothing, { ...(await extras()), interrupted: true }),
    ])
      expect(v.parse(abRecord, JSON.parse(JSON.stringify(record)))).toEqual(record);

    async function extras() {
      const targets = { a: { url: 'http://a/' }, b: { url: 'http://b/' } };
      return { startedAt: '', targets, options: loadOptions(), plan, repeated: [] };
    }
  });

  it('says why it ended and what came out', async () => {
    expect(await recordOf(0.2)).toMatchObject({ outcome: 'worse', ended: 'budget' });
    expect(await recordOf(0)).toMatchObject({ outcome: "can't tell", ended: 'budget' });
    expect(await recordOf(0, { interrupted: true })).toMatchObject({ ended: 'signal' });
  });

  it('keeps secrets of URLs out', async () => {
    expect(JSON.stringify(await recordOf(0))).not.toMatch(/pw|s3cret/);
  });
});

describe('its texts', () => {
  it('name each change, its interval, what could be found, and the outcome', async () => {
    const text = formatComparison(await recordOf(0.2));
    expect(text).toMatch(/^ +A +B +change +interval +smallest\n/);
    const [row = ''] = text.match(/latency p50 .*/) ?? [];
    const cells = row.split(/ {2,}/);
    expect(cells.map((cell) => cell.replaceAll(/\d+/g, '0'))).toEqual([
      ...['latency p0', '0.0 ms', '0.0 ms', '+0.0 %', '+0.0 % … +0.0 %', '0.0 %', 'worse'],
    ]);
    expect(text).toMatch(/latency p99 .* can't tell\n/);
    expect(text).toMatch(/\nB is worse: latency p50\.\n$/);
    expect(formatComparison(await recordOf(0))).toMatch(
      /same within \d\.\d %\n[\s\S]*Can't tell after 10 rounds: latency p99; a larger --budget/,
    );
  });

  it('are Markdown in which the words of a program stay words', async () => {
    const text = formatMarkdown(await recordOf(0.2));
    expect(text).toMatch(/^### ❌ B is worse: latency p50\.\n/);
    expect(text).toContain('| **worse** |');
    expect(text).toContain('- A: `` node `a`.js {port} ``');
    expect(text).toContain('A run of B was made again: 1 failure: \\<b\\>\\|\\*');
  });

  it('are JUnit with a failure for what is worse, and what is open skipped', async () => {
    const xml = parseXml(formatJunit(await recordOf(0.2)));
    const [suite] = elements(xml, 'testsuite');
    expect(suite?.attributes).toMatchObject({ tests: '2', failures: '1', skipped: '1' });
    expect(elements(xml, 'failure')[0]?.attributes.message).toMatch(/^worse: 1\.\d+ ms in A, /);
    expect(elements(xml, 'skipped')).toHaveLength(1);
  });
});
