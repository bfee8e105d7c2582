/** Adds up what all threads recorded of each stage. */
import type { Finished } from '../generator/messages.js';
import { failureKinds } from '../generator/recorder.js';
import { StageRecord } from '../generator/stage-records.js';
import type { Stage } from '../load-options.js';
import type { Errors, StageResult } from './result.js';

/** @param beginUs when the first stage began */
export function stageResults(
  stages: readonly Stage[],
  finished: readonly Pick<Finished, 'stages' | 'endUs'>[],
  beginUs: number,
): StageResult[] {
  const endUs = Math.max(...finished.map((thread) => thread.endUs));
  let us = beginUs;
  return stages.map((stage, index) => {
    const record = new StageRecord();
    for (const thread of finished) record.add(new StageRecord(thread.stages?.[index]));
    const elapsedUs = Math.min(stage.durationMs * 1000, Math.max(0, endUs - us));
    us += stage.durationMs * 1000;
    return {
      stage,
      elapsedUs,
      due: record.latency.count,
      answered: record.counted('answered'),
      errors: Object.fromEntries(
        failureKinds.map((kind) => [kind, record.counted(kind)]),
      ) as unknown as Errors,
      unanswered: { inFlight: record.counted('inFlight'), unsent: record.counted('unsent') },
      latency: record.latency,
      latencyWithoutLag: record.latencyWithoutLag,
    };
  });
}
