/** From the slow requests of a run and all that was seen then, to causes with their shares. */
import type { LoadRecord } from '../load/result/load-record.js';
import type { LoadResult, SlowRequest } from '../load/result/result.js';
import { labelOf, placeOf } from '../profile/flame/flame-graph.js';
import type { Frame, Profile } from '../profile/profile.js';
import { type Attributed, attribute } from './attribute.js';
import { type Cause, causes } from './causes.js';
import { describeSeen } from './describe.js';
import { merged, type Seen, type Span, Timeline } from './evidence.js';
import { ProfileTimes } from './profile-times.js';
import { timed } from './split.js';
import type { Observation } from './target/watch-process.js';

export type ExplanationRecord = NonNullable<LoadRecord['explanation']>;
type CauseRow = ExplanationRecord['causes'][number];

export interface Explanation {
  readonly record: ExplanationRecord;
  /** The profile of the moments in which requests were slow, and of the others. */
  readonly profiles?: { readonly slow: Profile; readonly rest: Profile };
}

/** @param result of a run with `tail` */
export function explain(result: LoadResult, observation: Observation): Explanation {
  const { pid, seen, takers, profile, root, notes } = observation;
  const { startUs = 0, standstills = [] } = result.tail ?? {};
  const { fromUs, isP99, requests, unlisted } = slowest(result);
  const times = profile && new ProfileTimes(profile, root);
  const still = standstills.map(({ thread, ...span }) => {
    return { kind: 'standstill', thread, ...shifted(span, startUs) } as const;
  });
  const sampled = times ? [...times.collections(), ...times.busy()] : [];
  const evidence: Seen[] = [...seen, ...still, ...sampled];
  const all = attribute(requests, evidence, startUs);
  const timeline = new Timeline(evidence);
  const byTakers = new Timeline(takers);
  const turns = new Timeline(evidence.filter(({ kind }) => kind === 'turn'));
  const rows = [...new Set(all.map(({ cause }) => cause))].map((cause): CauseRow => {
    const own = all.filter((one) => one.cause === cause);
    const worst = own.reduce((a, b) => (b.request.latencyUs > a.request.latencyUs ? b : a));
    const when = timed(worst.request, startUs);
    const waits = own.map(({ request }) => timed(request, startUs));
    const frame =
      times && cause === 'blocked event loop' ? frameOf(turns, waits, times) : undefined;
    return {
      cause,
      requests: own.length,
      behind: own.filter(({ behind }) => behind).length,
      share: own.length / all.length,
      worstUs: worst.request.latencyUs,
      ...(frame && { frame: formatFrame(frame) }),
      example: {
        ...recordOf(worst),
        seen: describeSeen(worst, timeline.within(when), byTakers.within(when)),
      },
    };
  });
  const record = {
    ...{ pid, fromUs, isP99 },
    causes: rows.sort((a, b) => b.requests - a.requests || order(a.cause) - order(b.cause)),
    requests: all.map(recordOf),
    ...{ unlisted, notes: [...notes] },
  };
  if (times === undefined) return { record };
  const moments = requests.map((request): Span => timed(request, startUs));
  return { record, profiles: times.divide(moments) };
}

/** Those of `--slow`, or those above the run's p99: only responses that are in the percentiles. */
function slowest(result: LoadResult) {
  const { requests = [], unlisted = 0 } = result.tail ?? {};
  const { slowMs } = result.options;
  if (slowMs !== undefined) return { fromUs: slowMs * 1000, isP99: false, requests, unlisted };
  const fromUs = result.latency.valueAtPercentile(99);
  const counts = ({ dueUs, latencyUs }: SlowRequest) =>
    latencyUs >= fromUs && dueUs + latencyUs >= result.latencyFromUs;
  return { fromUs, isP99: true, requests: requests.filter(counts), unlisted };
}

/** The frame of the long turns of the event loop in which these requests waited. */
function frameOf(turns: Timeline<Seen>, own: readonly Span[], times: ProfileTimes) {
  const moments = merged(own).flatMap((span) =>
    turns.within(span).map((turn) => ({
      fromUs: Math.max(span.fromUs, turn.fromUs),
      toUs: Math.min(span.toUs, turn.toUs),
    })),
  );
  return times.frameIn(moments);
}

/** `hash (lib/session.js:41)` */
function formatFrame(frame: Frame): string {
  return frame.file === undefined ? labelOf(frame) : `${frame.name} (${placeOf(frame)})`;
}

function recordOf({ request, cause, behind, parts }: Attributed) {
  return { ...request, cause, behind, partsUs: { ...parts } };
}

function order(cause: string): number {
  return causes.indexOf(cause as Cause);
}

function shifted({ fromUs, toUs }: Span, byUs: number): Span {
  return { fromUs: fromUs + byUs, toUs: toUs + byUs };
}
