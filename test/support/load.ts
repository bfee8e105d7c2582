/** Runs `evenkeel load` as a user does: a process of its own, its real options, and what it prints and writes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import type { LoadRecord } from '#dist/lab/load/result/load-record.js';
import { temporaryFolder } from './folder.js';
import { runCommand } from './process.js';

export interface Measured {
  /** What it printed for people. */
  readonly text: string;
  readonly lines: readonly string[];
  /** What it wrote for programs. */
  readonly record: LoadRecord;
  /** Where that is, until the test is over. */
  readonly file: string;
}

/** Runs `evenkeel load` to its end, whatever that is. */
export function load(...args: string[]) {
  return runCommand(['load', ...args]);
}

/**
 * Runs `evenkeel load` to a report. That a busy machine made the generator late is no failure of what these tests are about, so the
 * verdict may be "not valid"; errors are in the record.
 */
export async function measure(...args: string[]): Promise<Measured> {
  const file = join(await temporaryFolder(), 'run.json');
  const { code, stdout, stderr } = await load('--allow-invalid', '--json', file, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const record = readRecord(await readFile(file, 'utf8'), file);
  return { text: stdout, lines: linesOf(stdout), record, file };
}

export function linesOf(text: string): string[] {
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

export const noErrors = { connect: 0, read: 0, write: 0, timeout: 0, status: 0 };
