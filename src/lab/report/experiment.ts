/**
 * The whole experiment: a server on a fresh store, warmed up, PUT and then GET over what PUT
 * stored, and the machine's figures.
 */
import { resolve } from 'node:path';
import { statusOver } from '../profile/attach/admin-client.js';
import { describeMachine, measureFdatasync } from './host.js';
import { type PhaseContext, type Profiles, runPhase, warmUp } from './phase.js';
import { type ReportOptions, warmUpMs } from './report-options.js';
import { type PhaseName, phaseNames, type ReportRecord, reportSchema } from './report-record.js';
import { startServerUnderTest } from './server-under-test.js';

export interface Experiment {
  readonly record: ReportRecord;
  readonly profiles: Readonly<Record<PhaseName, Profiles>>;
}

/**
 * @throws ServerUnderTestError, TargetError, ScriptError, ProfileError; the signal's reason if it
 * aborts. No server is left behind.
 */
export async function runExperiment(
  options: ReportOptions,
  signal: AbortSignal,
  log: (text: string) => void,
): Promise<Experiment> {
  const startedAt = new Date().toISOString();
  const server = await startServerUnderTest(options);
  try {
    await statusOver({ url: server.adminUrl, token: server.token });
    const directory = resolve(server.dataDirectory ?? options.out);
    const machine = describeMachine(directory);
    const fdatasync = server.dataDirectory === undefined ? undefined : measureFdatasync(directory);
    const context: PhaseContext = { options, server, machine, signal, log };
    const warmMs = warmUpMs(options.durationMs);
    log(`Warming ${server.url} up with each request for ${Number((warmMs / 1000).toFixed(1))} s`);
    let keys = 0;
    for (const name of phaseNames) keys = await warmUp(name, context, warmMs, keys);
    const put = await runPhase('put', context, keys);
    const get = await runPhase('get', context, put.keys);
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
    await server.close();
  }
}
