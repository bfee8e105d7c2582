/**
 * Runs command lines of `evenkeel load`: in this process, with real threads and connections; or,
 * for what only a process shows, as the real command.
 */
import fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runOnce } from '#dist/cli/load/load-run.js';
import { parseLoad } from '#dist/cli/load/options-from-flags.js';
import { search } from '#dist/cli/load/search.js';
import { ScriptError, TargetError } from '#dist/lab/load/load-errors.js';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import type { LoadRecord } from '#dist/lab/load/result/load-record.js';
import { temporaryDirectory } from './directory.js';
import { runCommand } from './process.js';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Measured {
  /** The text for people. */
  readonly text: string;
  readonly lines: readonly string[];
  /** The record for programs. */
  readonly record: LoadRecord;
  /** Its file, until the test is over. */
  readonly file: string;
}

/** The real command, run to its end. */
export function loadCommand(...args: string[]): Promise<Ended> {
  return runCommand(['load', ...args]);
}

/** The same in this process. A script's output is seen if its setup() or done() writes it. */
export async function load(...args: string[]): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  const command = parseLoad(args);
  if (typeof command === 'string') return expect.fail(`asked for ${command}`);
  const people = command.json === '-' ? 'stderr' : 'stdout';
  const terminal = {
    print: (text: string) => {
      output[people] += text.endsWith('\n') ? text : `${text}\n`;
    },
    printJson: (text: string) => {
      output.stdout += text;
    },
    signal: new AbortController().signal,
  };
  const release = command.options.work.kind === 'script' ? captureStdout(output) : () => {};
  try {
    const code = await (command.findMax ? search : runOnce)(command, terminal);
    return { code, ...output };
  } catch (error) {
    if (!(error instanceof ScriptError || error instanceof TargetError)) throw error;
    return { code: 1, ...output, stderr: `evenkeel: ${error.message}\n` };
  } finally {
    release();
  }
}

/** Lua's io.write() and print() write to the file descriptor. */
export function captureStdout(output: { stdout: string }): () => void {
  const { writeSync } = fs;
  fs.writeSync = ((handle: number, bytes: Buffer, at: number, length: number, ...more: []) => {
    if (handle !== 1) return writeSync(handle, bytes, at, length, ...more);
    output.stdout += bytes.subarray(at, at + length).toString();
    return length;
  }) as typeof writeSync;
  syncBuiltinESMExports();
  return () => {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  };
}

/**
 * Runs a load to its report. A busy machine makes the generator late, so the verdict may be "not
 * valid": these tests are about something else. Errors are in the record.
 */
export async function measure(...args: string[]): Promise<Measured> {
  return measureBy(load, args);
}

/** The same by the real command. */
export async function measureByCommand(...args: string[]): Promise<Measured> {
  return measureBy(loadCommand, args);
}

async function measureBy(run: typeof load, args: readonly string[]): Promise<Measured> {
  const file = join(await temporaryDirectory(), 'run.json');
  const { code, stdout, stderr } = await run('--allow-invalid', '--json', file, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const record = readRecord(await readFile(file, 'utf8'), file);
  return { text: stdout, lines: linesOf(stdout), record, file };
}

export function linesOf(text: string): string[] {
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

export const noErrors = { connect: 0, read: 0, write: 0, timeout: 0, status: 0 };
