/** Growth: what a hundred times as many entities change. Each store is loaded in the order of its keys, once; then all are looked at in turn. */
import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import type { Measured, Part } from '../part.js';
import { entityPath, startServer } from '../peers/evenkeel.js';
import { fill, httpPut } from '../support/fill.js';
import { memoryOf } from '../support/process-stat.js';
import { type Figures, inTurn, median, middle, type Rounds, ratio } from '../support/rounds.js';
import { steady } from '../support/steady.js';
import { keyBytes, keyOf } from '../support/wrk.js';
import { linePlot } from '../write/line-plot.js';
import { mebibytes, ms, thousands } from '../write/words.js';

const valueBytes = 100;
const getRate = 5000;
const putRate = 2000;
const connections = 20;
/** The more are under way, the less they keep their order, and the less full LMDB's pages become. */
const loaders = 128;
const rangeEntities = 100_000;

export const growth: Part = {
  title: 'Growth',
  programs: [],
  defaults: { seconds: 10 },
  measure: async ({ rounds, seconds, sizes, folder }) => {
    const loads: Record<string, Figures[]> = {};
    const folders = new Map(sizes.map((size) => [size, join(folder, `growth-${size}`)]));
    try {
      for (const [size, place] of folders) {
        loads[size] = [await load(size, place)];
        process.stdout.write(`loaded ${thousands(size)}: ${JSON.stringify(loads[size])}\n`);
      }
      const visits = [...folders].map(([size, place]) => [
        `${size}`,
        () => look(size, place, seconds),
      ]);
      const looks = await inTurn(rounds, Object.fromEntries(visits));
      const settings = {
        rounds,
        'seconds of each run': seconds,
        valueBytes,
        getRate,
        putRate,
        connections,
      };
      return { settings, groups: { load: loads, look: looks }, skipped: [] };
    } finally {
      for (const place of folders.values()) rmSync(place, { recursive: true, force: true });
    }
  },
  section: (measured) => ({
    intro: `Entities of ${keyBytes} + ${valueBytes} bytes, loaded over HTTP in the order of their keys (${loaders} connections, one PUT at a time on each,
so neighbours overtake each other a little; every PUT durable). “file / data” is the blocks of the data file over the bytes of keys and
values. Then, the file read once so that all of it is in the page cache (what reads from the disk cost is under “Cold reads”), GET at ${getRate} and PUT (overwriting) at ${putRate} a second over ${connections} connections, keys uniform, on a server started anew; a range
over up to ${thousands(rangeEntities)} entities; and memory after all that: RssAnon, and with the pages of the map.`,
    tables: [table(measured)],
    bars: bars(measured),
    plots: { 'growth.svg': plot(measured) },
  }),
};

async function load(entities: number, folder: string): Promise<Figures> {
  mkdirSync(folder);
  const { port, pid, stop } = await startServer(folder);
  try {
    const began = performance.now();
    const language = httpPut(entityPath, 'v'.repeat(valueBytes), keyOf);
    await fill({ port, entities, language, connections: loaders, window: 1 });
    const seconds = (performance.now() - began) / 1000;
    const { anonBytes } = memoryOf(pid);
    const fileBytes = statSync(join(folder, 'data.mdb')).blocks * 512;
    return {
      seconds,
      fileBytes,
      ratio: fileBytes / (entities * (keyBytes + valueBytes)),
      anonBytes,
    };
  } finally {
    await stop();
  }
}

async function look(entities: number, folder: string, seconds: number): Promise<Figures> {
  const { url, pid, stop } = await startServer(folder);
  try {
    // A kernel that pages out what lies idle (DAMON) would leave more of one store in memory than of another.
    for await (const _ of createReadStream(join(folder, 'data.mdb'), { highWaterMark: 2 ** 20 }));
    const common = { url, keySpace: entities, valueBytes, connections, seconds };
    const { latency: reads } = await steady({ ...common, rate: getRate });
    const { latency: writes } = await steady({ ...common, rate: putRate, put: true });
    const range = await rangeRate(url, Math.min(entities, rangeEntities));
    const { anonBytes, rssBytes } = memoryOf(pid);
    return {
      'get p50': reads.valueAtPercentile(50) / 1000,
      'get p99': reads.valueAtPercentile(99) / 1000,
      'put p50': writes.valueAtPercentile(50) / 1000,
      'put p99': writes.valueAtPercentile(99) / 1000,
      range,
      anonBytes,
      rssBytes,
    };
  } finally {
    await stop();
  }
}

/** Entities a second of one range, read as fast as it comes. */
function rangeRate(url: string, limit: number): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(`${url}/v0/entities?start=%00&limit=${limit}`, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('error', reject);
      response.on('end', () => {
        const expected = limit * (keyBytes + 1 + valueBytes);
        if (bytes !== expected)
          reject(new Error(`a range had ${bytes} bytes instead of ${expected}`));
        resolve(limit / ((performance.now() - began) / 1000));
      });
    }).on('error', reject);
  });
}

function sizesOf({ groups }: Measured): number[] {
  return Object.keys(groups.load ?? {}).map(Number);
}

function table(measured: Measured) {
  const { load, look } = measured.groups;
  const rows = sizesOf(measured).map((size) => {
    const one = (figure: string) => load?.[size]?.[0]?.[figure] as number;
    const of = (figure: string) => middle(look, figure, String(size)) as number;
    return [
      thousands(size),
      `${one('seconds').toFixed(1)} s`,
      thousands(size / one('seconds')),
      mebibytes(one('fileBytes')),
      `${one('ratio').toFixed(2)} ×`,
      `${ms(of('get p50'))} / ${ms(of('get p99'))}`,
      `${ms(of('put p50'))} / ${ms(of('put p99'))}`,
      thousands(of('range')),
      `${mebibytes(of('anonBytes'))} / ${mebibytes(of('rssBytes'))}`,
    ];
  });
  const figures = [
    'file',
    'file / data',
    'GET p50 / p99 ms',
    'PUT p50 / p99 ms',
    'range, entities/s',
  ];
  return {
    head: ['entities', 'loaded in', 'PUT/s', ...figures, 'memory: own / with the map'],
    rows,
  };
}

function bars(measured: Measured) {
  const { load = {}, look = {} } = measured.groups;
  const sizes = sizesOf(measured);
  const [least, most] = [String(Math.min(...sizes)), String(Math.max(...sizes))];
  return [
    {
      what: `GET p50 with ${thousands(Number(most))} entities, times that with ${thousands(Number(least))}`,
      value: ratio(look, 'get p50', most, least),
      limit: 1.5,
      sense: 'at most' as const,
    },
    {
      what: `size of the file over that of the data, ${thousands(Number(most))} entities loaded in order`,
      value: load[most]?.[0]?.ratio as number,
      limit: 2,
      sense: 'at most' as const,
    },
  ];
}

function plot(measured: Measured): string {
  const { load, look } = measured.groups as { load: Rounds; look: Rounds };
  const over = (name: string, of: (size: number) => number) => ({
    name,
    points: sizesOf(measured).map((size) => [size, of(size)] as const),
  });
  const latency = (figure: string) =>
    over(
      figure.replace('get', 'GET').replace('put', 'PUT'),
      (size) => middle(look, figure, `${size}`) ?? 0,
    );
  const file = (figure: string) => (size: number) =>
    median((load[size] ?? []).map((one) => one[figure] ?? 0));
  const subtitle = 'latency at a constant rate, and the file over the data';
  return linePlot({ title: 'Growth', subtitle, over: 'entities', tenfold: true }, [
    { unit: 'ms', lines: ['get p50', 'get p99', 'put p50', 'put p99'].map(latency) },
    { unit: '×', lines: [over('file / data', file('ratio'))] },
  ]);
}
