/** What was measured last of each part, as JSON beside the document, so that parts can be measured at different times. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine, measureFdatasync } from '#dist/lab/report/host.js';
import type { ReportMachine } from '#dist/lab/report/report-record.js';
import type { Measured } from '../part.js';
import { type Program, versionsOf } from '../support/programs.js';

export const schema = 'evenkeel-bench/1';

export interface Stamp {
  readonly measuredAt: string;
  readonly commit: string;
  readonly machine: ReportMachine;
  /** Of an append and an fdatasync, just before: what each durable write waits for. */
  readonly fdatasyncUs: { readonly p50: number; readonly p99: number };
  readonly versions: Readonly<Record<string, string>>;
}

export interface PartRecord extends Stamp {
  readonly schema: typeof schema;
  readonly measured: Measured;
}

export function stamp(folder: string, programs: readonly Program[]): Stamp {
  const { p50Us, p99Us } = measureFdatasync(folder);
  return {
    measuredAt: new Date().toISOString(),
    commit: commit(),
    machine: describeMachine(folder),
    fdatasyncUs: { p50: p50Us, p99: p99Us },
    versions: versionsOf(programs),
  };
}

export function writeRecord(out: string, name: string, record: PartRecord): void {
  mkdirSync(join(out, 'results'), { recursive: true });
  // Figures to a millionth: what is behind that is noise, and long.
  const text = JSON.stringify(record, (_key, value) =>
    typeof value === 'number' ? Number(value.toFixed(6)) : value,
  );
  writeFileSync(join(out, 'results', `${name}.json`), `${text}\n`);
}

/** Undefined if the part was never measured. @throws Error if the file is of another kind */
export function readRecord(out: string, name: string): PartRecord | undefined {
  const file = join(out, 'results', `${name}.json`);
  if (!existsSync(file)) return undefined;
  const record = JSON.parse(readFileSync(file, 'utf8')) as PartRecord;
  if (record.schema !== schema)
    throw new Error(`${file} is no ${schema}: remove it, and measure the part again`);
  return record;
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const changed = git(
      'status',
      '--porcelain',
      '--',
      'src',
      'bench',
      'package-lock.json',
      ':!bench/results',
      ':!bench/RESULTS.md',
    );
    return git('rev-parse', '--short', 'HEAD') + (changed === '' ? '' : ' with changes');
  } catch {
    return 'unknown (no git)';
  }
}
