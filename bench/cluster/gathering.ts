/** Whether gathering the writes of a turn pays: the gateway as it is, and with gather.ts in it. */
import { inTurn, type Rounds } from '../support/rounds.js';
import { startGateway, startGatheringGateway } from './gateway.js';
import { gatewayRun, type Run, withCpu } from './points.js';
import type { Bench } from './prepare.js';

/** The more are in flight and the fewer the buckets, the more writes of a turn share a bucket. */
export const gatheringCases = [
  { buckets: 64, connections: 64 },
  { buckets: 64, connections: 256 },
  { buckets: 16, connections: 256 },
] as const;

export type GatheringCase = (typeof gatheringCases)[number];
export const nameOf = ({ buckets, connections }: GatheringCase) =>
  `gathering, ${buckets} buckets, ${connections} connections`;

export async function measureGathering(bench: Bench, one: GatheringCase): Promise<Rounds> {
  const { rounds, warmup, seconds, location } = bench;
  const { buckets, connections } = one;
  process.stdout.write(`${nameOf(one)}\n`);
  const single = await startGateway(location(buckets));
  const gathering = await startGatheringGateway(location(buckets));
  const runs = {
    single: (seconds: number) => gatewayRun(bench, single, 'PUT', seconds, connections),
    gathered: (seconds: number) => gatewayRun(bench, gathering, 'PUT', seconds, connections),
  };
  for (const run of Object.values(runs)) await run(warmup)();
  const results = await inTurn(rounds, ['single', 'gathered'] as const, async (side) => {
    if (side === 'single') return withCpu(bench, single.pid, runs.single(seconds));
    const before = gathering.gathered();
    const figures = await withCpu(bench, gathering.pid, runs.gathered(seconds) satisfies Run);
    const { writes, statements } = gathering.gathered();
    return { ...figures, share: (writes - before.writes) / (statements - before.statements) };
  });
  await single.stop();
  await gathering.stop();
  return results;
}
