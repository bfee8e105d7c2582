/** The rules of level MUST, in one write each. `npm run test:hostile` tries all, in two ways. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { matches } from './judge.js';
import { known, knownReason } from './known.js';
import { readResponses } from './response.js';
import { rules } from './rules.js';
import { run } from './run.js';
import { evenkeel, type Subject } from './servers.js';

let subjects: Subject[] = [];
beforeAll(async () => {
  subjects = [await evenkeel('both'), await evenkeel('full')];
});
afterAll(async () => {
  for (const subject of subjects) await subject.close();
});

test.each(rules.filter(({ level }) => level === 'MUST'))('$section: $claim', async (rule) => {
  const trials = await run([rule], ['whole'], subjects);
  const faults = trials
    .filter((trial) => knownReason(trial) === undefined)
    .flatMap(({ input, outcomes }) => outcomes.map(({ fault }) => fault && [input[0], fault]))
    .filter((fault) => fault !== undefined);
  expect(faults).toEqual([]);
  expect(trials.map(({ difference }) => difference).filter(Boolean)).toEqual([]);
});

test('no input did what none may do', async () => {
  const faults = await Promise.all(subjects.splice(0).map((subject) => subject.close()));
  expect(faults.flat()).toEqual([]);
});

test('each rule is named once, each input of it too, and each known one is there', () => {
  const names = rules.map(({ section, claim }) => `${section} ${claim}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { claim, inputs } of rules)
    expect([claim, new Set(inputs.map(([name]) => name)).size]).toEqual([claim, inputs.length]);
  for (const { section, claim, inputs = [] } of known) {
    const rule = rules.find((one) => one.section === section && one.claim === claim);
    expect([section, claim, rule?.inputs.map(([name]) => name)]).toEqual([
      section,
      claim,
      expect.arrayContaining([...inputs]),
    ]);
  }
});

test.each([
  ['200+', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nv', true],
  ['200!', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nv', false],
  ['200', '', true],
  ['200', 'HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n', false],
  ['2xx 4xx', 'HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n', true],
  ['!', '', false],
  ['200', 'garbage', false],
])('an outcome matches %s behind a 200, or does not: %j', (pattern, more, expected) => {
  const first = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nv';
  const seen = { ...readResponses(first + more, false, true), end: 'closed' as const };
  expect(matches(pattern, seen)).toBe(expected);
});
