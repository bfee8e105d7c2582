/** Puts into words what a sampling could not see, so that no picture looks whole that is not. */

interface Missing {
  /** Worker threads that ended before the window did, by their names. */
  readonly ended: readonly string[];
  /** Those that did not respond. */
  readonly silent: readonly string[];
  /** CPU time of the threads that ended, and of all that are there and were not sampled. */
  readonly endedUs: number | undefined;
  readonly otherUs: number | undefined;
  /** After how long the process exited, if it did. */
  readonly exitedUs: number | undefined;
  readonly isLoopStuck: boolean;
}

/** @returns sentences without a full stop */
export function missingNotes(missing: Missing): string[] {
  const { ended, silent, endedUs, otherUs, exitedUs, isLoopStuck } = missing;
  const notes: string[] = [];
  if (exitedUs !== undefined)
    notes.push(
      `the process exited after ${seconds(exitedUs)}; this is what was sampled until then`,
    );
  if (isLoopStuck)
    notes.push(
      'the event loop did not turn at the end of the sampling, so the figures of the process are ' +
        'missing',
    );
  if (ended.length > 0)
    notes.push(
      `not in the picture: ${threads(ended)}, ended before the sampling did, ` +
        `with ${endedUs === undefined ? 'an unknown time' : seconds(endedUs)} of CPU`,
    );
  if (silent.length > 0)
    notes.push(
      `not in the picture: ${threads(silent)}, which did not respond; all threads that are not ` +
        `in it used ${otherUs === undefined ? 'an unknown time' : seconds(otherUs)} of CPU`,
    );
  return notes;
}

function threads(names: readonly string[]): string {
  const kinds = [...new Set(names)];
  const shown = kinds.slice(0, 3).join(', ') + (kinds.length > 3 ? ', …' : '');
  return `${names.length} worker thread${names.length === 1 ? '' : 's'} (${shown})`;
}

function seconds(us: number): string {
  return `${(Math.max(0, us) / 1e6).toFixed(2)} s`;
}
