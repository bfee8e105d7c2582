/** The exit codes, in one place: scripts and continuous integration rely on them. */
import type { SloOutcome, Verdict } from '../lab/load/result/load-record.js';
import type { LoadResult } from '../lab/load/result/result.js';

export const exitCodes = {
  fine: 0,
  /** The target can't be reached, the script failed, or a file can't be written. */
  failed: 1,
  usage: 2,
  notValid: 3,
  sloMissed: 4,
  regression: 5,
  /** A store or a backup is damaged. */
  damaged: 6,
  /** As shells have it for SIGINT. */
  interrupted: 130,
} as const;

/** A run that is not valid can't say whether an objective holds, so validity comes first. */
export function exitCodeOf(
  { endedEarly }: LoadResult,
  verdict: Verdict,
  slo: readonly SloOutcome[],
  allowInvalid: boolean,
): number {
  if (endedEarly === 'signal') return exitCodes.interrupted;
  if (!verdict.valid && !allowInvalid) return exitCodes.notValid;
  return slo.every(({ held }) => held) ? exitCodes.fine : exitCodes.sloMissed;
}

/** The exit codes of `load`, for its help. */
export const exitCodeHelp = `Exit codes:
  ${exitCodes.fine}    the run is valid and holds its SLO
  ${exitCodes.failed}    no connection, an error in the script, or a file can't be written
  ${exitCodes.usage}    a wrong command line; nothing was sent
  ${exitCodes.notValid}    not valid: do not trust the figures; --allow-invalid lets it pass
  ${exitCodes.sloMissed}    the SLO was missed
  ${exitCodes.interrupted}  Ctrl-C ended it early; the report is of the time until then`;
