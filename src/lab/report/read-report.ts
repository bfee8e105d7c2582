/** Reads a report back: its record, and its profiles from the directory next to it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readProfile } from '../profile/convert/profile-json.js';
import type { Profile } from '../profile/profile.js';
import type { Experiment } from './experiment.js';
import { ReportError } from './report-errors.js';
import type { PhaseName, ProfileKind, ReportRecord } from './report-record.js';
import { phaseNames, profileKinds, reportSchema } from './report-record.js';
import { profileFile } from './write-report.js';

/** @param file such as `reports/before.json` @throws ReportError */
export function readReport(file: string): Experiment {
  const record = parse(read(file), file);
  const profileOf = (name: PhaseName, kind: ProfileKind): Profile => {
    const beside = join(dirname(file), profileFile(record.label, name, kind));
    try {
      return readProfile(read(beside), beside);
    } catch (error) {
      throw error instanceof ReportError
        ? error
        : new ReportError(`${beside}: ${(error as Error).message}`);
    }
  };
  const kindsOf = (name: PhaseName) =>
    Object.fromEntries(profileKinds.map((kind) => [kind, profileOf(name, kind)])) as Record<
      ProfileKind,
      Profile
    >;
  const profiles = Object.fromEntries(phaseNames.map((name) => [name, kindsOf(name)]));
  return { record, profiles: profiles as Experiment['profiles'] };
}

function parse(text: string, file: string): ReportRecord {
  let value: Partial<ReportRecord> | null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReportError(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (value?.schema !== reportSchema)
    throw new ReportError(
      `${file} is not a record of evenkeel report (its schema is not "${reportSchema}")`,
    );
  if (phaseNames.some((name) => value.phases?.[name]?.load?.latency?.percentiles === undefined))
    throw new ReportError(`${file} lacks the figures of PUT or GET`);
  return value as ReportRecord;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ReportError(`can't read ${file}: ${(error as Error).message}`);
  }
}
