/** How long each of what was seen can have held up a request, between the moment it was due and its answer. */
import type { SlowRequest } from '#dist/lab/load/result/result.js';
import { type Evidence, within } from './evidence.js';
import { Seen } from './seen.js';

/** The first of two that took the same is named. */
export const causes = [
  'generator late',
  'server stopped',
  'garbage collection',
  'page faults',
  'CPU taken by others',
  'CPU taken by the host',
  'disk sync',
  'event loop busy',
] as const;
export type Held = (typeof causes)[number];

/** In µs. */
export type HoldUps = Readonly<Record<Held, number>>;

export function holdUps(request: SlowRequest, evidence: Evidence): HoldUps {
  const { dueUs, latencyUs, lagUs, serviceUs } = request;
  const span = { fromUs: dueUs, toUs: dueUs + latencyUs };
  const seen = new Seen(within(evidence, span), span);
  const stopped = seen.stoppedUs(span);
  const collecting = seen.stretchUs(
    'gc',
    ['main', 'writer'],
    (gc) =>
      1 -
      (seen.waitUs(gc, gc.who) - seen.ownWaitUs(gc) + seen.stoppedUs(gc)) / (gc.toUs - gc.fromUs),
  );
  const ownWaits = seen.stretchUs(
    'gc',
    ['main', 'writer'],
    (gc) => seen.ownWaitUs(gc) / (gc.toUs - gc.fromUs),
  );
  // Whoever had no CPU and did not wait for one waited for the disk; or for the main thread, which had no turn to hear of the commit.
  const commits = seen.stretchUs(
    'commit',
    ['main'],
    (commit) => seen.blocked(commit, 'writer') - seen.stretchShare(commit, 'loop', 'main'),
  );
  const loopBlocked = seen.stretchUs('loop', ['main'], (gap) => seen.blocked(gap, 'main'));
  const computing = seen.stretchUs(
    'loop',
    ['main'],
    (gap) => seen.cpuUs(gap, 'main') / (gap.toUs - gap.fromUs),
  );
  const writerFaults = seen.faults('writer') > 0;
  const all: Record<Held, number> = {
    'generator late':
      lagUs + seen.generatorUs(request.thread, { fromUs: span.toUs - serviceUs, toUs: span.toUs }),
    'server stopped': stopped,
    'garbage collection': collecting,
    'page faults': (seen.faults('main') > 0 ? loopBlocked : 0) + (writerFaults ? commits : 0),
    // The kernel's thread and ours may have waited for the same CPU at the same time.
    'CPU taken by others': Math.max(
      0,
      Math.max(seen.waitUs(span, 'main') + seen.waitUs(span, 'writer'), seen.networkUs()) -
        ownWaits,
    ),
    'CPU taken by the host': seen.stealUs(),
    'disk sync': writerFaults || stopped > 0 ? 0 : commits,
    'event loop busy': Math.max(0, computing - collecting),
  };
  for (const cause of causes) all[cause] = Math.min(all[cause], latencyUs);
  return all;
}
