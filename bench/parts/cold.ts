/**
 * Cold reads: one client reads a few hot keys, another reads at random all over a store far larger than the memory the server may use,
 * so most of its reads go to the disk. Whether the first one notices is the question. A third side, in which the other client reads hot
 * keys at the same rate, tells the cost of waiting for the disk from that of more requests.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '../part.js';
import { entityPath, startServer } from '../peers/evenkeel.js';
import { fill, httpPut } from '../support/fill.js';
import { limitMemory } from '../support/memory-limit.js';
import { majorFaults } from '../support/process-stat.js';
import { type Figures, inTurn, median, middle, ratio, ratios } from '../support/rounds.js';
import { steady } from '../support/steady.js';
import { keyOf } from '../support/wrk.js';
import { ms, thousands } from '../write/words.js';

const valueBytes = 1000;
const hotKeys = 100;
const hot = { rate: 1000, connections: 4 };
/** Few enough for a disk that reads one page at a time. */
const other = { rate: 200, connections: 8 };
const limitBytes = 256 * 1024 ** 2;
/** A record of 1000 bytes, as three of them fill a page of 4 KiB. */
const bytesOnDisk = 1366;

type Other = 'alone' | 'beside hot' | 'beside cold';

export const cold: Part = {
  title: 'Cold reads',
  programs: [],
  // A p99 is made by a hundred of its requests, so another program's moment may be all of it: many rounds.
  defaults: { rounds: 9, seconds: 10 },
  measure: async ({ rounds, seconds, folder, excess }) => {
    const settings = { rounds, 'seconds of each run': seconds, limitBytes };
    const limit = limitMemory(limitBytes);
    if ('missing' in limit)
      return {
        settings,
        groups: {},
        skipped: [`all of it needs root and a memory cgroup: ${limit.missing}`],
      };
    const place = join(folder, 'cold');
    const entities = Math.ceil((limitBytes * excess) / bytesOnDisk);
    try {
      mkdirSync(place);
      const { port, stop } = await startServer(place);
      const language = httpPut(entityPath, 'v'.repeat(valueBytes), keyOf);
      await fill({ port, entities, language }).finally(stop);
      const fileBytes = statSync(join(place, 'data.mdb')).size;
      const side = (name: Other) => [
        name,
        () => visit(name, { place, entities, seconds, limit: limit.command }),
      ];
      const sides = (['alone', 'beside hot', 'beside cold'] as const).map(side);
      const reads = await inTurn(rounds, Object.fromEntries(sides));
      return { settings: { ...settings, entities, fileBytes }, groups: { reads }, skipped: [] };
    } finally {
      limit.remove();
      rmSync(place, { recursive: true, force: true });
    }
  },
  section: ({ groups: { reads }, settings }) => ({
    intro: `The server may use ${limitBytes / 1024 ** 2} MiB (memory cgroup), its file has ${thousands(Number(settings.fileBytes ?? 0) / 1024 ** 2)} MiB. One client GETs ${hotKeys} hot keys at ${hot.rate}
a second; another GETs nothing, the same hot keys, or uniformly drawn keys of all there are, at ${other.rate} a second. The latency is that of the first.`,
    tables: reads
      ? [
          {
            head: [
              'the hot client',
              'p50 ms',
              'p99 ms',
              'max ms',
              'p99 / alone',
              'least … most',
              'the other: p50 / p99 ms',
              'faults/s',
              'on the event loop',
            ],
            rows: Object.keys(reads).map((side) => {
              const of = (figure: string) => middle(reads, figure, side);
              const time = (figure: string) => ms(of(figure) ?? 0);
              const others = side === 'alone' ? '' : `${time('other p50')} / ${time('other p99')}`;
              const times = ratios(reads, 'p99', side, 'alone').toSorted((a, b) => a - b);
              return [
                side,
                time('p50'),
                time('p99'),
                time('max'),
                median(times).toFixed(2),
                [times[0], times.at(-1)].map((time) => time?.toFixed(2)).join(' … '),
                others,
                thousands(of('faults') ?? 0),
                thousands(of('on the loop') ?? 0),
              ];
            }),
          },
        ]
      : [],
    bars: reads
      ? [
          {
            what: 'p99 of hot reads beside cold ones, times that without',
            value: ratio(reads, 'p99', 'beside cold', 'alone'),
            limit: 2,
            sense: 'at most',
          },
        ]
      : [],
    plots: {},
  }),
};

interface Visit {
  readonly place: string;
  readonly entities: number;
  readonly seconds: number;
  readonly limit: readonly string[];
}

async function visit(name: Other, { place, entities, seconds, limit }: Visit): Promise<Figures> {
  forgetPages(join(place, 'data.mdb'));
  const { url, pid, stop } = await startServer(place, [], limit);
  try {
    const hotLoad = { url, keySpace: hotKeys, valueBytes, seconds };
    // Brings the hot pages in, and the code to its speed.
    await steady({ ...hotLoad, ...hot, seconds: 2 });
    const before = majorFaults(pid);
    const keySpace = name === 'beside cold' ? entities : hotKeys;
    const [first, second] = await Promise.all([
      steady({ ...hotLoad, ...hot }),
      ...(name === 'alone' ? [] : [steady({ ...hotLoad, ...other, keySpace })]),
    ]);
    const after = majorFaults(pid);
    return {
      p50: first.latency.valueAtPercentile(50) / 1000,
      p99: first.latency.valueAtPercentile(99) / 1000,
      max: first.latency.max / 1000,
      'lag p99': first.lag.valueAtPercentile(99) / 1000,
      ...(second && {
        'other p50': second.latency.valueAtPercentile(50) / 1000,
        'other p99': second.latency.valueAtPercentile(99) / 1000,
      }),
      faults: (after.all - before.all) / seconds,
      'on the loop': (after.ofLoop - before.ofLoop) / seconds,
    };
  } finally {
    await stop();
  }
}

/** Pages in the cache count for whoever brought them in; the server is to bring in its own. */
function forgetPages(file: string): void {
  execFileSync('dd', [
    `of=${file}`,
    'oflag=nocache',
    'conv=notrunc,fdatasync',
    'count=0',
    'status=none',
  ]);
}
