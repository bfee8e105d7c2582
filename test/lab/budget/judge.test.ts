/** The limits of a budget, and how a check is written down. */
import { describe, expect, it } from 'vitest';
import type { Budget } from '#dist/lab/budget/budget-record.js';
import { judgeBudget } from '#dist/lab/budget/judge-budget.js';
import type { Work } from '#dist/lab/budget/measure-work.js';
import { annotation, toJunit, describe as words } from '#dist/lab/budget/output.js';
import { elements, parseXml } from '../profile/xml.js';

const machine = { cpu: 'some', node: 'v20', platform: 'linux', cores: 2, memoryBytes: 1 };
const frame = (name: string, perRequest: number, where = 'src/a.js') => ({
  ...{ function: name, where, perRequest },
});
const budget: Budget = {
  schema: 'evenkeel-budget/1',
  ...{ command: 'node a.js {port}', arguments: ['/'], requests: 1000, machine },
  bytes: { perRequest: 1000, tolerance: 0.01, frames: [frame('parse', 600), frame('write', 400)] },
  cpuUs: { perRequest: 100, tolerance: 0.2, frames: [] },
};
const work = (bytes: number, cpuUs = 100, frames: Work['frames']['bytes'] = []): Work => ({
  ...{ bytes, cpuUs },
  frames: { bytes: frames, cpuUs: [] },
});
const judged = (made: Work, on = machine) =>
  judgeBudget(budget, made, on).map(({ judgement }) => judgement);

describe('a cost', () => {
  it.each([
    [1010, 120, ['within', 'within']],
    [1010.1, 120.1, ['above', 'above']],
    [990, 80, ['within', 'within']],
    [989, 79, ['below', 'below']],
  ])('of %d B and %d µs is judged at its tolerance exactly', (bytes, cpuUs, expected) => {
    expect(judged(work(bytes, cpuUs))).toEqual(expected);
  });

  it('is judged on the machine of the budget; bytes on any processor', () => {
    expect(judged(work(2000, 200), { ...machine, cpu: 'other' })).toEqual(['above', 'not judged']);
    expect(judged(work(2000, 200), { ...machine, node: 'v22' })).toEqual([
      'not judged',
      'not judged',
    ]);
  });
});

describe('a check that is above', () => {
  const frames = [frame('parse', 620), frame('extra', 200), frame('write', 395)];
  const [bytes, cpu] = judgeBudget(budget, work(1215, 100, frames), machine);

  it('names the functions that have a good part of the growth, and no others', () => {
    expect(bytes?.grew).toEqual([{ function: 'extra', where: 'src/a.js', before: 0, after: 200 }]);
    expect(cpu?.grew).toEqual([]);
  });

  it('says so in a line, and says what is within too', () => {
    expect([bytes, cpu].map((one) => one && words(one))).toEqual([
      'ABOVE BUDGET: bytes allocated per request 1215.0 B of 1000.0 B, +21.5 % (± 1 %); ' +
        'grew: extra (src/a.js) +200.0 B',
      'Within budget: CPU per request 100.0 µs of 100.0 µs, 0.0 % (± 20 %)',
    ]);
  });

  it('is a failure of JUnit', () => {
    const xml = parseXml(toJunit(bytes && cpu ? [bytes, cpu] : [], '2030-01-01T00:00:00.000Z'));
    expect(elements(xml, 'failure')[0]?.attributes.message).toMatch(/^ABOVE BUDGET: .*extra/);
    expect(elements(xml, 'testsuite')[0]?.attributes).toMatchObject({ tests: '2', failures: '1' });
  });

  it('is an annotation at the file, if the function has one in the repository', () => {
    expect(bytes && annotation(bytes)).toMatch(
      /^::error file=src\/a\.js,title=evenkeel budget::ABOVE BUDGET: .* \+21\.5 %25 /,
    );
    const [ofNode] = judgeBudget(
      budget,
      work(1215, 100, [frame('emit', 300, 'node:events')]),
      machine,
    );
    expect(ofNode && annotation(ofNode)).toMatch(/^::error title=evenkeel budget::/);
  });
});
