/** Runs a script of script/scripts against a real service that keeps what arrives. */
import { expect } from 'vitest';
import { type Measured, measure, measureByCommand, noErrors } from '../../support/load.js';
import { type Answer, type Received, startRecording } from '../../support/recording-service.js';
import { scriptFile } from './script/harness.js';

export interface Ran extends Measured {
  readonly received: readonly Received[];
  /** Their paths. */
  readonly paths: readonly string[];
}

export interface Given {
  readonly answer?: Answer;
  /** What follows `--`. */
  readonly args?: readonly string[];
  /** As a process of its own. */
  readonly byCommand?: boolean;
  /** Flags of `load` that come last, and so count. */
  readonly flags?: readonly string[];
}

/** At least one request is answered, and none fails. */
export async function ran(
  name: string,
  { answer, args = [], flags = [], byCommand = false }: Given = {},
): Promise<Ran> {
  const { url, received } = await startRecording(answer);
  const run = ['-t1', '-c4', '-d300ms', '-R300', ...flags, '-s', scriptFile(name)];
  const measureRun = byCommand ? measureByCommand : measure;
  const measured = await measureRun(...run, `${url}/start?q=1`, '--', ...args);
  const { requests, errors } = measured.record;
  expect(errors).toEqual(noErrors);
  expect(requests.completed).toBeGreaterThan(0);
  expect(received.length).toBeGreaterThanOrEqual(requests.completed);
  expect(received.length).toBeLessThanOrEqual(requests.sent);
  return { ...measured, received, paths: received.map(({ path }) => path) };
}

export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** The numbers in each line that matches. */
export function printed({ text }: Measured, pattern: RegExp): number[][] {
  return [...text.matchAll(new RegExp(pattern, 'gm'))].map((match) => match.slice(1).map(Number));
}
