/** Whether the figures of the admin port are those that a client sees. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationInterval } from '#dist/admin/stats/interval.js';
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { atMost, type Measured, type Part, type Settings } from '../part.js';
import { startServer } from '../peers/evenkeel.js';
import { fill, httpPut } from '../support/fill.js';
import { type Figures, inTurn, middle } from '../support/rounds.js';
import { scrape } from '../support/scrape.js';
import { ms, thousands } from '../write/numbers.js';

const rate = 5000;
const connections = 20;
const keySpace = 10_000;
const valueBytes = 100;
/** The generator leaves the first times of a longer run out, and the server does not. */
const maxSeconds = 10;
/** Side → the share of PUTs. */
const sides = { PUT: 1, GET: 0, 'half of each': 0.5 } as const;
type Side = keyof typeof sides;

export const metrics: Part = {
  title: 'Metrics',
  programs: [],
  defaults: { seconds: maxSeconds },
  quick: { seconds: 5 },
  measure,
  section: (measured) => ({
    intro: `\`evenkeel load\` at ${thousands(rate)} requests per second over ${connections}
connections, on ${thousands(keySpace)} keys, and what the admin port says of the same requests.
Rates are those of the seconds behind the first quarter. The generator's time is from when it sent a
request to when it had the response. The server's is from when it read the request to when it wrote
the response. Both kernels' work, and the generator's own, lie in between. So a GET, which takes the
server some µs, has no bar. “Buckets” are quantiles that Prometheus makes of the histogram.`,
    tables: [table(measured)],
    bars: bars(measured),
  }),
};

async function measure({ rounds, directory, ...given }: Settings): Promise<Measured> {
  const seconds = Math.min(given.seconds, maxSeconds);
  const names = Object.keys(sides) as Side[];
  const looks = await inTurn(rounds, names, (side) => visit(side, seconds, directory));
  const settings = { rounds, 'seconds of each run': seconds, rate, connections, keySpace };
  return { settings: { ...settings, valueBytes }, groups: { look: looks }, skipped: [] };
}

async function visit(side: Side, seconds: number, directory: string): Promise<Figures> {
  const store = mkdtempSync(join(directory, 'store-'));
  const filled = await startServer(store);
  const filling = { port: filled.port, entities: keySpace, connections, window: 1 };
  await fill({ ...filling, protocol: httpPut(valueBytes) });
  await filled.stop();
  // It has counted nothing yet.
  const server = await startServer(store, { flags: ['--admin-port', '0'] });
  const keys = { keys: 'uniform', keySpace, valueBytes, seed: 1 } as const;
  const result = await runLoad({
    ...defaultOptions,
    ...{ url: server.url, threads: 1, connections, rate, durationMs: seconds * 1000 },
    work: { kind: 'workload', putShare: sides[side], ...keys },
  });
  const { stats, quantile } = await scrape(server.adminUrl);
  await server.stop();
  const { minute } = stats;
  const operations = Object.values(minute.operations) as OperationInterval[];
  const ofOne = operations.length === 1 ? operations[0]?.latencyMs : undefined;
  const perSecond = stats.seconds.map((each) =>
    Object.values(each.operations).reduce((sum, { perSecond }) => sum + perSecond, 0),
  );
  const at = (percentile: number) => result.service.valueAtPercentile(percentile) / 1000;
  return {
    completed: result.completed,
    counted: operations.reduce((sum, { requests }) => sum + requests, 0),
    rate: settled(result.timeline.map(({ completed }) => completed)),
    'server rate': settled(perSecond),
    p50: at(50),
    p99: at(99),
    'bucket p50': quantile(0.5),
    'bucket p99': quantile(0.99),
    ...(ofOne && { 'server p50': ofOne.p50, 'server p99': ofOne.p99 }),
  };
}

/** The mean of the seconds without the first ones, in which code is compiled, and the last. */
function settled(perSecond: readonly number[]): number {
  const some = perSecond.slice(Math.ceil(perSecond.length / 4), -1);
  return some.reduce((sum, value) => sum + value, 0) / some.length;
}

function table({ groups }: Measured) {
  const rows = (Object.keys(sides) as Side[]).map((side) => {
    const of = (figure: string) => middle(groups.look, figure, side);
    const time = (figure: string) => (Number.isNaN(of(figure)) ? '–' : ms(of(figure)));
    return [
      side,
      `${thousands(of('completed'))} / ${thousands(of('counted'))}`,
      `${thousands(of('rate'))} / ${thousands(of('server rate'))}`,
      ...['p50', 'p99'].map((figure) =>
        [figure, `server ${figure}`, `bucket ${figure}`].map(time).join(' / '),
      ),
    ];
  });
  const counts = ['requests: generator / server', 'per second'];
  const times = ['p50 ms: generator / server / buckets', 'p99 ms'];
  return { head: ['', ...counts, ...times], rows };
}

function bars({ groups }: Measured) {
  const off = (side: Side, figure: string, other: string) =>
    Math.abs(middle(groups.look, other, side) / middle(groups.look, figure, side) - 1);
  return [
    ...(Object.keys(sides) as Side[]).map((side) =>
      atMost(
        `${side}: the server's rate off the generator's`,
        off(side, 'rate', 'server rate'),
        0.05,
      ),
    ),
    ...['p50', 'p99'].map((figure) =>
      atMost(
        `PUT: the server's ${figure} off the generator's`,
        off('PUT', figure, `server ${figure}`),
        0.05,
      ),
    ),
  ];
}
