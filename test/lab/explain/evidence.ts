/** Evidence written down by hand, in ms of the run. */
import type { EvidenceKind, Seen } from '#dist/lab/explain/evidence.js';

export const ms = 1000;
/** When the run began, by the clock of the evidence. */
export const startUs = 7_000_000;

export function seen(kind: EvidenceKind, fromMs: number, toMs: number, thread?: number): Seen {
  return {
    ...{ kind, fromUs: startUs + fromMs * ms, toUs: startUs + toMs * ms },
    ...(thread !== undefined && { thread }),
  };
}
