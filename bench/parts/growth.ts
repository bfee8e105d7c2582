/** Growth: what a hundred times as many entities change. Each store is loaded once, keys rising. */
import { createReadStream, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, type Measured, type Part, type Settings } from '../part.js';
import { startServer } from '../peers/evenkeel.js';
import { fill, httpPut } from '../support/fill.js';
import { load, uniform } from '../support/load.js';
import { memoryOf } from '../support/proc.js';
import { timeRange } from '../support/range.js';
import { type Figures, inTurn, middle, type Rounds, ratio } from '../support/rounds.js';
import { keyBytes } from '../support/wrk.js';
import { mebibytes, ms, thousands } from '../write/numbers.js';
import { linePlot } from '../write/plots.js';

const valueBytes = 100;
const getRate = 5000;
const putRate = 2000;
const connections = 20;
/** The more PUTs are in flight, the less they keep their order, and the less full pages become. */
const loaders = 128;
const rangeEntities = 100_000;

export const growth: Part = {
  title: 'Growth',
  programs: [],
  defaults: { seconds: 10 },
  measure,
  section: (measured) => ({
    intro: `Entities of ${keyBytes} + ${valueBytes} bytes, loaded over HTTP in the order of their
keys by ${loaders} connections with one PUT in flight each. Every PUT is durable. “file / data” is
the blocks of the data file over the bytes of keys and values. A new server's file is then read
once, so that it is in the page cache. GETs at ${getRate} and overwriting PUTs at ${putRate}
requests per second follow, over ${connections} connections, with uniform keys; and a range over
up to ${thousands(rangeEntities)} entities. Memory is read last: RssAnon, and with the map.`,
    tables: [table(measured)],
    bars: bars(measured),
    plots: { 'growth.svg': plot(measured) },
  }),
};

async function measure({ rounds, seconds, sizes, directory }: Settings): Promise<Measured> {
  const loads: Record<string, Figures[]> = {};
  for (const size of sizes) {
    loads[size] = [await fillStore(size, join(directory, `${size}`))];
    process.stdout.write(`loaded ${thousands(size)}: ${JSON.stringify(loads[size])}\n`);
  }
  const looks = await inTurn(rounds, sizes.map(String), (size) =>
    visit(Number(size), join(directory, size), seconds),
  );
  const rates = { valueBytes, getRate, putRate, connections };
  const settings = { rounds, 'seconds of each run': seconds, ...rates };
  return { settings, groups: { load: loads, look: looks }, skipped: [] };
}

async function fillStore(entities: number, store: string): Promise<Figures> {
  mkdirSync(store);
  const { port, pid, stop } = await startServer(store);
  const began = performance.now();
  const protocol = httpPut(valueBytes);
  await fill({ port, entities, protocol, connections: loaders, window: 1 });
  const seconds = (performance.now() - began) / 1000;
  const { anonBytes } = memoryOf(pid);
  await stop();
  const fileBytes = statSync(join(store, 'data.mdb')).blocks * 512;
  const ratio = fileBytes / (entities * (keyBytes + valueBytes));
  return { seconds, fileBytes, ratio, anonBytes };
}

async function visit(entities: number, store: string, seconds: number): Promise<Figures> {
  const { url, pid, stop } = await startServer(store);
  // A kernel that pages out idle memory (DAMON) would keep more of one store than of another.
  for await (const _ of createReadStream(join(store, 'data.mdb'), { highWaterMark: 2 ** 20 }));
  const common = { url, threads: 1, connections, durationMs: seconds * 1000, warmupMs: 1000 };
  const run = (method: 'GET' | 'PUT', rate: number) =>
    load({ ...common, rate, work: uniform(method, entities, valueBytes) });
  const reads = await run('GET', getRate);
  const writes = await run('PUT', putRate);
  const rangeCount = Math.min(entities, rangeEntities);
  const wanted = { start: '%00', limit: rangeCount, valueBytes };
  const range = rangeCount / ((await timeRange(url, wanted)) / 1000);
  const { anonBytes, rssBytes } = memoryOf(pid);
  await stop();
  const gets = { 'get p50': reads.p50, 'get p99': reads.p99 };
  const puts = { 'put p50': writes.p50, 'put p99': writes.p99 };
  return { ...gets, ...puts, range, anonBytes, rssBytes };
}

/** Rising: that is the order in which an object keeps numbers. */
const sizesOf = ({ groups }: Measured) => Object.keys(groups.load ?? {});

function table(measured: Measured) {
  const { load, look } = measured.groups;
  const rows = sizesOf(measured).map((size) => {
    const one = (figure: string) => middle(load, figure, size);
    const of = (figure: string) => middle(look, figure, size);
    return [
      thousands(Number(size)),
      `${one('seconds').toFixed(1)} s`,
      thousands(Number(size) / one('seconds')),
      mebibytes(one('fileBytes')),
      `${one('ratio').toFixed(2)} ×`,
      ...['get', 'put'].map((method) => `${ms(of(`${method} p50`))} / ${ms(of(`${method} p99`))}`),
      thousands(of('range')),
      `${mebibytes(of('anonBytes'))} / ${mebibytes(of('rssBytes'))}`,
    ];
  });
  const sizes = ['entities', 'loaded in', 'PUT/s', 'file', 'file / data'];
  const times = ['GET p50 / p99 ms', 'PUT p50 / p99 ms', 'range, entities/s'];
  return { head: [...sizes, ...times, 'memory: own / with the map'], rows };
}

function bars(measured: Measured) {
  const { load = {}, look = {} } = measured.groups;
  const [min = '', max = min] = [sizesOf(measured)[0], sizesOf(measured).at(-1)];
  const [few, many] = [thousands(Number(min)), thousands(Number(max))];
  const latency = `GET p50 with ${many} entities, times that with ${few}`;
  const size = `size of the file over that of the data, ${many} entities loaded in order`;
  return [
    atMost(latency, ratio(look, 'get p50', max, min), 1.5),
    atMost(size, middle(load, 'ratio', max), 2),
  ];
}

function plot(measured: Measured): string {
  const { load, look } = measured.groups;
  const over = (name: string, rounds: Rounds | undefined, figure: string) => ({
    name,
    points: sizesOf(measured).map((size) => [Number(size), middle(rounds, figure, size)] as const),
  });
  const latencies = ['GET p50', 'GET p99', 'PUT p50', 'PUT p99'].map((name) =>
    over(name, look, name.replace('GET', 'get').replace('PUT', 'put')),
  );
  const subtitle = 'latency at a constant rate, and the file over the data';
  const heading = { title: 'Growth', subtitle, over: 'entities', isLogarithmic: true };
  return linePlot(heading, [
    { unit: 'ms', lines: latencies },
    { unit: '×', lines: [over('file / data', load, 'ratio')] },
  ]);
}
