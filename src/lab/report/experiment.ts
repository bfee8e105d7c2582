/** The whole experiment: a server on a fresh store, warmed up, PUT and then GET over what PUT stored, and the machine's figures. */
import { resolve } from 'node:path';
import { describeMachine, measureFdatasync } from './host.js';
import { type Profiles, runPhase, type Stage, warmUp } from './phase.js';
import { type ReportOptions, warmUpMs } from './report-options.js';
import { type PhaseName, phaseNames, type ReportRecord, reportSchema } from './report-record.js';
import { startSubject } from './server-under-test.js';

export interface Outcome {
  readonly record: ReportRecord;
  readonly profiles: Readonly<Record<PhaseName, Profiles>>;
}

/** @throws SubjectError, TargetError, ScriptError, ProfileError; the signal's reason if it aborts. No server is left behind. */
export async function runExperiment(
  options: ReportOptions,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<Outcome> {
  const startedAt = new Date().toISOString();
  const subject = await startSubject(options);
  try {
    const folder = resolve(subject.dataFolder ?? options.out);
    const machine = describeMachine(folder);
    const fdatasync = subject.dataFolder === undefined ? undefined : measureFdatasync(folder);
    const stage: Stage = { options, subject, machine, signal, say };
    const warmMs = warmUpMs(options.durationMs);
    say(`Warming ${subject.url} up with each request for ${warmMs / 1000} s`);
    let keys = 0;
    for (const name of phaseNames) keys = await warmUp(name, stage, warmMs, keys);
    const put = await runPhase('put', stage, keys);
    const get = await runPhase('get', stage, put.keys);
    return {
      record: {
        schema: reportSchema,
        label: options.label,
        startedAt,
        machine,
        ...(fdatasync && { fdatasync }),
        phases: { put: put.record, get: get.record },
      },
      profiles: { put: put.profiles, get: get.profiles },
    };
  } finally {
    await subject.close();
  }
}
