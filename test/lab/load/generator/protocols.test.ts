/**
 * Whatever the protocol, a run has the figures that arithmetic predicts: the same service in
 * scripted time, once without sockets and once over those of a real server.
 */
import { expect, test } from 'vitest';
import { type Protocol, playOverSockets } from './real-service.js';
import { play, type VirtualRun } from './virtual-service.js';

const ms = 1000;

/** A request each 10 ms for 3 s, answered after 1 ms; but nothing is answered from 1 s to 2 s. */
const stall: VirtualRun = {
  rate: 100,
  connections: 1,
  durationUs: 3000 * ms,
  respondUs: (us) => (us >= 1000 * ms && us < 2000 * ms ? 2000 * ms : us + ms),
};
const stages = [
  { fromRate: 50, toRate: 350, durationMs: 700 },
  { fromRate: 0, toRate: 0, durationMs: 100 },
  { fromRate: 100, toRate: 100, durationMs: 400 },
];
const changing = { ...stall, durationUs: 1200 * ms, stages, respondUs: (us: number) => us + ms };
const random = {
  ...changing,
  stages: undefined as never,
  rate: 200,
  arrivals: { kind: 'poisson', seed: 7 } as const,
};

test.each<[string, Protocol, number, VirtualRun]>([
  ['a stall over HTTP/1.1', {}, 4, { ...stall, connections: 4 }],
  ['a stall over one stream', { streams: 1 }, 1, stall],
  ['a stall over four streams of one connection', { streams: 4 }, 4, stall],
  [
    'a stall over two connections of three streams',
    { streams: 3 },
    6,
    { ...stall, connections: 2 },
  ],
  // Places of which one at a time is taken send in order, as one connection does.
  [
    'a stall of a server that takes one at a time',
    { streams: 4, maxConcurrentStreams: 1 },
    1,
    stall,
  ],
  ['stages over HTTP/2', { streams: 5 }, 5, changing],
  ['random arrivals over HTTP/2', { streams: 5 }, 5, random],
])('%s is told exactly', async (_, protocol, slots, run) => {
  const { latencies, unanswered, failures, sentAtUs } = await playOverSockets(run, protocol);
  const wanted = play({ ...run, connections: slots });
  expect(failures).toBe(0);
  expect(sentAtUs).toEqual(wanted.sentAtUs);
  expect(unanswered).toEqual(wanted.unanswered);
  for (const part of ['latency', 'wait', 'lag', 'service', 'latencyWithoutLag'] as const)
    expect([part, ...latencies[part].buckets()]).toEqual([part, ...wanted.records[part].buckets()]);
});
