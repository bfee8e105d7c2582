/** A run whose attacks do nothing, or whose probe sees nothing, has to fail. */
import { expect, test } from 'vitest';
import type { Counts } from './attacks.js';
import { attacks } from './attacks.js';
import type { Ending } from './helper.js';
import { judge } from './judge.js';
import { type Scenario, scenarios } from './scenarios.js';
import { type WindowName, type WindowResult, type Windows, windowNames } from './window.js';

const level: Omit<WindowResult, 'name'> = {
  requests: 200,
  lost: 0,
  refused: 0,
  p99Ms: 2,
  newConnections: 1,
  newRefused: 0,
  unanswered: 0,
  maxNewMs: 3,
};

const windowsWith = (name?: WindowName, changed: Partial<WindowResult> = {}): Windows =>
  Object.fromEntries(
    windowNames.map((each) => [each, { ...level, name: each, ...(each === name ? changed : {}) }]),
  ) as unknown as Windows;

const enough = (scenario: Scenario): Ending<Counts> => ({ result: scenario.min });

test.each(scenarios)('$name: an attack that did what it meant to has no fault', (scenario) => {
  const seen = { server: [], windows: windowsWith(), attack: enough(scenario) };
  expect(judge(scenario, seen)).toEqual({ faults: [], missed: [] });
  expect(attacks).toHaveProperty(scenario.attack);
});

test.each(scenarios)('$name: an attack that did nothing is a fault', (scenario) => {
  const attack = { result: { connected: 0, cut: 0, refused: 0 } };
  const { faults } = judge(scenario, { server: [], windows: windowsWith(), attack });
  expect(faults).toHaveLength(Object.keys(scenario.min).length);
});

const scenario: Scenario = {
  name: 'one',
  attack: 'churn',
  what: 'for this test',
  min: { served: 10 },
  max: { lost: 0 },
  maxRatio: 3,
};

test.each<[string, Ending<Counts>, string]>([
  ['too little', { result: { served: 9 } }, 'the attack was none: 9 served, at least 10'],
  ['an early end', { failed: 'ended with 1' }, 'the attacker ended with 1'],
])('an attack with %s is a fault', (_, attack, fault) => {
  const { faults } = judge(scenario, { server: [], windows: windowsWith(), attack });
  expect(faults).toEqual([fault]);
});

test('an attack with errors is missed', () => {
  const attack = { result: { served: 10, lost: 1 } };
  const seen = { server: [], windows: windowsWith(), attack };
  const missed = ['the attack went wrong: 1 lost, at most 0'];
  expect(judge(scenario, seen)).toEqual({ faults: [], missed });
});

test.each(windowNames)('what the probe lost in the window %s is a fault', (name) => {
  const changed = { requests: 0, lost: 1, refused: 2, unanswered: 3, newRefused: 4 };
  const windows = windowsWith(name, changed);
  expect(judge(scenario, { server: [], windows, attack: enough(scenario) }).faults).toEqual([
    `the probe asked nothing in the window '${name}'`,
    `3 new clients had no response (${name})`,
    `the probe lost 1 requests (${name})`,
    `the probe got 2 refusals (${name})`,
    `4 new clients were refused (${name})`,
  ]);
});

test('a new client that waited too long is missed', () => {
  const slowest = (maxNewMs: number) => {
    const windows = windowsWith('beside', { maxNewMs });
    return judge(scenario, { server: [], windows, attack: enough(scenario) });
  };
  expect(slowest(2000)).toEqual({ faults: [], missed: [] });
  const missed = ['the slowest new client waited 2001 ms, at most 2000'];
  expect(slowest(2001)).toEqual({ faults: [], missed });
});

test('a ratio is missed above its bar, and not at it', () => {
  const ratio = (p99Ms: number) => {
    const windows = windowsWith('beside', { p99Ms });
    return judge(scenario, { server: [], windows, attack: enough(scenario) });
  };
  expect(ratio(6)).toEqual({ faults: [], missed: [] });
  expect(ratio(6.2)).toEqual({ faults: [], missed: ['p99 beside it 3.1 ×, at most 3 ×'] });
});

test('on a busy machine what the probe lost is missed, and an attack that was none a fault', () => {
  const windows = windowsWith('alone', { p99Ms: 21, lost: 1 });
  const { faults, missed } = judge(scenario, { server: [], windows, attack: { result: {} } });
  expect(faults).toEqual(['the attack was none: 0 served, at least 10']);
  expect(missed).toContain('the probe lost 1 requests (alone)');
});
