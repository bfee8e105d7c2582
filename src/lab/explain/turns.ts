/**
 * A turn of the event loop is judged as a whole. If something else took most of it, such as a
 * collection, then the rest of it works off what has piled up in that time.
 */
import { layers } from './causes.js';
import {
  type Kind,
  lengthUs,
  merged,
  overlapUs,
  type Seen,
  Timeline,
  without,
} from './evidence.js';

/** What stops the thread of the event loop: the layers above its turns. */
const stops: readonly Kind[] = layers
  .slice(
    0,
    layers.findIndex(([kind]) => kind === 'turn'),
  )
  .map(([kind]) => kind);

/** The evidence, with each turn given to what took most of it. */
export function judgeTurns(evidence: readonly Seen[]): Seen[] {
  const timeline = new Timeline(evidence.filter(({ kind }) => stops.includes(kind)));
  return evidence.map((seen) => {
    if (seen.kind !== 'turn') return seen;
    const within = timeline.within(seen);
    const [largest] = stops
      .map((kind) => ({ kind, us: ownUs(kind, within, seen) }))
      .sort((a, b) => b.us - a.us);
    const isMost = largest !== undefined && largest.us > lengthUs(seen) / 2;
    const note = within.find(({ kind }) => kind === largest?.kind)?.note;
    return isMost ? { ...seen, kind: largest.kind, ...(note !== undefined && { note }) } : seen;
  });
}

/** How much of the turn is of the kind, and of no kind before it. */
function ownUs(kind: Kind, within: readonly Seen[], turn: Seen): number {
  const before = stops.slice(0, stops.indexOf(kind));
  const of = (kinds: readonly Kind[]) => merged(within.filter((one) => kinds.includes(one.kind)));
  return without(of([kind]), of(before)).reduce((sum, span) => sum + overlapUs(span, turn), 0);
}
