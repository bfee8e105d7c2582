/** A request's parts in words, the longest first, with what was seen of each. */
import type { Attributed } from './attribute.js';
import { layers } from './causes.js';
import { lengthUs, type Seen, type Taker } from './evidence.js';

/** Less of a cause than this is not worth a word. */
const minPartUs = 100;
const maxTakers = 2;
/** A process that took less CPU time is not named. */
const minTakenUs = 10_000;

/** For example: `CPU taken by others 31.2 ms, connection wait 4.00 ms; on a CPU: make 120 ms`. */
export function describeSeen(
  { parts, request }: Attributed,
  seen: readonly Seen[],
  takers: readonly Taker[],
): string {
  const words = Object.entries(parts)
    .filter(([, us]) => us >= Math.min(minPartUs, request.latencyUs))
    .sort(([, a], [, b]) => b - a)
    .map(([cause, us]) => {
      const note = noteOf(cause, seen);
      return `${cause} ${ms(us)}${note === undefined ? '' : ` (${note})`}`;
    });
  const others = takers
    .filter(({ cpuUs }) => cpuUs >= minTakenUs)
    .toSorted((a, b) => b.cpuUs - a.cpuUs)
    .slice(0, maxTakers)
    .map((taker) => `${taker.name} ${ms(taker.cpuUs)} of ${ms(lengthUs(taker))}`);
  const showTakers = (parts['CPU taken by others'] ?? 0) >= minPartUs && others.length > 0;
  return words.join(', ') + (showTakers ? `; on a CPU: ${others.join(', ')}` : '');
}

/** The note of the longest span that speaks for the cause. */
function noteOf(cause: string, seen: readonly Seen[]): string | undefined {
  const kinds = layers.filter(([, of]) => of === cause).map(([kind]) => kind);
  return seen
    .filter(({ kind }) => kinds.includes(kind))
    .toSorted((a, b) => lengthUs(b) - lengthUs(a))[0]?.note;
}

export function ms(us: number): string {
  return `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)} ms`;
}
