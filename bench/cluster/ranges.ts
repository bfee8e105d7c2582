/** Ranges through a gateway, over keyspaces that differ in their buckets alone. */
import { timeRange } from '../support/range.js';
import { inTurn, median, type Rounds } from '../support/rounds.js';
import { keyOf } from '../support/wrk.js';
import { type Gateway, startGateway } from './gateway.js';
import { withCpu } from './points.js';
import { type Bench, bucketCounts } from './prepare.js';

export const shortEntities = 100;
const shortRanges = 40;

export async function measureRanges(bench: Bench): Promise<Rounds> {
  const { rounds, keySpace, valueBytes, location } = bench;
  const gateways: Record<string, Gateway> = {};
  for (const buckets of bucketCounts) gateways[buckets] = await startGateway(location(buckets));
  const short = async ({ url }: Gateway) => {
    const times: number[] = [];
    for (let count = 0; count < shortRanges; count++) {
      const start = keyOf(Math.floor(Math.random() * (keySpace - shortEntities)));
      times.push(await timeRange(url, { start, limit: shortEntities, valueBytes }));
    }
    return { requests: shortRanges, rate: 0, p50: median(times) };
  };
  const whole = async ({ url }: Gateway) => {
    const ms = await timeRange(url, { start: keyOf(0), limit: keySpace, valueBytes });
    return { requests: keySpace, rate: 0, ms };
  };
  for (const gateway of Object.values(gateways)) {
    await short(gateway);
    await whole(gateway);
  }
  const results = await inTurn(rounds, bucketCounts.map(String), async (buckets) => {
    const gateway = gateways[buckets] as Gateway;
    const ofShort = await withCpu(bench, gateway.pid, () => short(gateway));
    const ofWhole = await withCpu(bench, gateway.pid, () => whole(gateway));
    return {
      'short p50': ofShort.p50 as number,
      'short own cpu': ofShort['own cpu'] as number,
      'short nodes cpu': ofShort['nodes cpu'] as number,
      'whole seconds': (ofWhole.ms as number) / 1000,
      'whole own cpu': ofWhole['own cpu'] as number,
      'whole nodes cpu': ofWhole['nodes cpu'] as number,
    };
  });
  for (const gateway of Object.values(gateways)) await gateway.stop();
  return results;
}
