/** The gain of gathering the PUTs of a turn: the gateway as it is, and with each PUT apart. */
import { inTurn, type Rounds } from '../support/rounds.js';
import { startCountingGateway } from './gateway.js';
import { gatewayRun, withCpu } from './points.js';
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
  const gateways = {
    apart: await startCountingGateway(location(buckets), true),
    gathered: await startCountingGateway(location(buckets), false),
  };
  type Side = keyof typeof gateways;
  const run = (side: Side, seconds: number) =>
    gatewayRun(bench, gateways[side], 'PUT', seconds, connections);
  const sides: readonly Side[] = ['apart', 'gathered'];
  for (const side of sides) await run(side, warmup)();
  const results = await inTurn(rounds, sides, async (side) => {
    const { pid, counted } = gateways[side];
    const before = counted();
    const figures = await withCpu(bench, pid, run(side, seconds));
    const { writes, statements } = counted();
    return { ...figures, share: (writes - before.writes) / (statements - before.statements) };
  });
  for (const { stop } of Object.values(gateways)) await stop();
  return results;
}
