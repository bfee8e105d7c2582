/** The last figures of each part, as JSON next to the document: parts have times of their own. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine, measureFdatasync } from '#dist/lab/report/host.js';
import type { Measured } from '../part.js';
import { type Program, run, versionsOf } from '../support/programs.js';

export const schema = 'evenkeel-bench/1';

export type PartRecord = ReturnType<typeof stamp> & {
  readonly schema: typeof schema;
  readonly measured: Measured;
};

export function stamp(directory: string, programs: readonly Program[]) {
  const { p50Us, p99Us } = measureFdatasync(directory);
  return {
    measuredAt: new Date().toISOString(),
    commit: commit(),
    machine: describeMachine(directory),
    /** An append and an fdatasync, just before: every durable write waits for that. */
    fdatasyncUs: { p50: p50Us, p99: p99Us },
    versions: versionsOf(programs),
  };
}

export function writeRecord(out: string, name: string, record: PartRecord): void {
  mkdirSync(join(out, 'results'), { recursive: true });
  const text = JSON.stringify(record, (_key, value) =>
    typeof value === 'number' ? Number(value.toFixed(6)) : value,
  );
  writeFileSync(join(out, 'results', `${name}.json`), `${text}\n`);
}

/** Undefined if the part was never measured. @throws Error if the file has another schema */
export function readRecord(out: string, name: string): PartRecord | undefined {
  const file = join(out, 'results', `${name}.json`);
  if (!existsSync(file)) return undefined;
  const record = JSON.parse(readFileSync(file, 'utf8')) as PartRecord;
  if (record.schema !== schema)
    throw new Error(`${file} is not a ${schema}: remove it, and measure the part again`);
  return record;
}

function commit(): string {
  const hash = run('git', 'rev-parse', '--short', 'HEAD')?.trim() ?? 'unknown (no git)';
  const written = [':!bench/results', ':!bench/RESULTS.md'];
  const paths = ['src', 'bench', 'package-lock.json', ...written];
  const isChanged = Boolean(run('git', 'status', '--porcelain', '--', ...paths));
  return `${hash}${isChanged ? ' with changes' : ''}`;
}
