/** The exit codes of `load` and `compare`: one place for scripts and continuous integration to rely on. */
import type { SloOutcome, Verdict } from '../lab/load/result/load-record.js';

export const exitCodes = {
  fine: 0,
  /** The target can't be reached, the script failed, or a file can't be written. */
  failed: 1,
  usage: 2,
  notValid: 3,
  sloMissed: 4,
  regression: 5,
  /** As shells have it for SIGINT. */
  interrupted: 130,
} as const;

/** What a run is worth. A run that is not valid can't say whether an objective holds, so that comes first. */
export function exitCodeOf(
  verdict: Verdict,
  slo: readonly SloOutcome[],
  given: { readonly allowInvalid: boolean; readonly interrupted: boolean },
): number {
  if (given.interrupted) return exitCodes.interrupted;
  if (!verdict.valid && !given.allowInvalid) return exitCodes.notValid;
  return slo.every(({ held }) => held) ? exitCodes.fine : exitCodes.sloMissed;
}

/** Of `load`. */
export const exitCodeHelp = `Exit codes:
  ${exitCodes.fine}    the run is valid and holds its SLO
  ${exitCodes.failed}    it could not run: no connection, a script error, a file that can't be written
  ${exitCodes.usage}    a wrong command line; nothing was sent
  ${exitCodes.notValid}    not valid: the figures must not be believed (see the verdict); --allow-invalid lets it pass
  ${exitCodes.sloMissed}    the SLO was missed
  ${exitCodes.interrupted}  Ctrl-C ended it early; what was measured by then is printed`;
