/**
 * A turn of the event loop is judged as a whole. If something else took most of it, such as a
 * collection, then the rest of it works off what has piled up in that time. So does a shorter turn
 * that comes right after.
 */
import { layers } from './causes.js';
import {
  type EvidenceKind,
  lengthUs,
  merged,
  overlapUs,
  type Seen,
  Timeline,
  without,
} from './evidence.js';

/** These stop the thread of the event loop: the layers above its turns. */
const stops: readonly EvidenceKind[] = layers
  .slice(
    0,
    layers.findIndex(([kind]) => kind === 'turn'),
  )
  .map(([kind]) => kind);

/** A turn that begins so soon after a longer one works off what that one has piled up. */
const soonUs = 4000;

/** The evidence, with each turn given to what took most of it, or to what it works off. */
export function judgeTurns(evidence: readonly Seen[]): Seen[] {
  const timeline = new Timeline(evidence.filter(({ kind }) => stops.includes(kind)));
  /** The last that held up the thread, and until when its consequences lasted. */
  let last: { seen: Seen; untilUs: number } | undefined;
  return evidence
    .toSorted((a, b) => a.fromUs - b.fromUs)
    .map((seen) => {
      if (seen.kind !== 'turn' && !stops.includes(seen.kind)) return seen;
      const judged = seen.kind === 'turn' ? wholeTurn(seen, timeline.within(seen)) : seen;
      const follows = last && judged.fromUs <= last.untilUs + soonUs;
      if (last && follows && lengthUs(judged) < lengthUs(last.seen)) {
        last.untilUs = Math.max(last.untilUs, judged.toUs);
        return judged.kind === 'turn' ? given(judged, last.seen) : judged;
      }
      last = { seen: judged, untilUs: judged.toUs };
      return judged;
    });
}

function wholeTurn(turn: Seen, within: readonly Seen[]): Seen {
  const [largest] = stops
    .map((kind) => ({ kind, us: ownUs(kind, within, turn) }))
    .sort((a, b) => b.us - a.us);
  if (largest === undefined || largest.us <= lengthUs(turn) / 2) return turn;
  return given(turn, within.find(({ kind }) => kind === largest.kind) ?? turn);
}

/** The turn, as part of what made it. */
function given(turn: Seen, { kind, note }: Seen): Seen {
  return { ...turn, kind, ...(note !== undefined && { note }) };
}

/** How much of the turn is of the kind, and of no kind before it. */
function ownUs(kind: EvidenceKind, within: readonly Seen[], turn: Seen): number {
  const before = stops.slice(0, stops.indexOf(kind));
  const of = (kinds: readonly EvidenceKind[]) =>
    merged(within.filter((one) => kinds.includes(one.kind)));
  return without(of([kind]), of(before)).reduce((sum, span) => sum + overlapUs(span, turn), 0);
}
