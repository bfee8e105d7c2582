/** A cluster of three nodes: what a gateway adds to the driver, and what buckets cost ranges. */
import { loadavg } from 'node:os';
import { gatheringCases, measureGathering, nameOf } from '../cluster/gathering.js';
import { nodeSettings } from '../cluster/nodes.js';
import { inFlight, measurePoints, methods } from '../cluster/points.js';
import { prepare } from '../cluster/prepare.js';
import { measureRanges, shortEntities } from '../cluster/ranges.js';
import { gatheringTable, pointTable, rangeTable } from '../cluster/tables.js';
import type { Bar, Measured, Part, Settings } from '../part.js';
import { type Rounds, ratio } from '../support/rounds.js';

const limit = 0.8;

export const cluster: Part = {
  title: 'Cluster',
  programs: ['wrk'],
  defaults: { entities: 100_000, seconds: 3, rounds: 5, warmup: 3 },
  quick: { seconds: 3, warmup: 3 },
  isApart: true,
  measure,
  section: (measured) => ({
    intro: `Three Cassandra nodes on the same machine, with full JIT and 800 MiB of heap,
warmed up before. All rounds use the same processes. The driver alone sends the statements of the
gateway at its level, a quorum, with ${inFlight} in flight; the gateway gets them from wrk over
${inFlight} connections. Values have 100 bytes. GETs read keys that are there; PUTs write new
ones. Figures are medians (min … max) of the rounds; CPU is per request. Ranges begin at random
keys, or at the first. PUTs of one turn of the event loop to one bucket go as one unlogged batch:
“gathered” is that, and “apart” is the same gateway without. Pairs of figures are apart /
gathered. Nodes, gateway and wrk share the cores, so ratios and CPU tell more than rates. “cores
elsewhere” went to wrk, and to what does not belong to the bench: where that is much, the machine
was not quiet, and each process that a request passes waits for its turn.`,
    tables: [
      pointTable(measured.groups.points),
      rangeTable(measured.groups.ranges, Number(measured.settings.entities)),
      gatheringTable(measured),
    ],
    bars: methods.map((method) => bar(measured.groups.points, method)),
  }),
};

async function measure(settings: Settings): Promise<Measured> {
  const [load = 0] = loadavg();
  const bench = await prepare(settings);
  const groups: Record<string, Rounds> = {};
  process.stdout.write('points\n');
  groups.points = await measurePoints(bench);
  process.stdout.write('ranges\n');
  groups.ranges = await measureRanges(bench);
  for (const one of gatheringCases) groups[nameOf(one)] = await measureGathering(bench, one);
  bench.nodes.stop();
  const { rounds, seconds, entities, operations } = settings;
  return {
    settings: {
      nodes: nodeSettings.join(' '),
      rounds,
      'seconds of each measurement': seconds,
      'operations of warm-up': operations,
      entities,
      'entities of a short range': shortEntities,
      'load average before': load.toFixed(0),
    },
    groups,
    skipped: [],
  };
}

function bar(rounds: Rounds = {}, method: string): Bar {
  const value = ratio(rounds, `${method} rate`, 'gateway', 'driver alone');
  const what = `${method} of the gateway at ${inFlight} connections, times the driver alone`;
  return { what, value, limit, sense: 'at least' };
}
