/**
 * One cell of the comparison, in a process of its own: a store on its copy of the seed, and writers. Either as many at once as asked
 * for, each with its next PUT as soon as the last is acknowledged; or a constant rate, where latency counts from when a PUT was due.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Histogram } from '#dist/load/statistics/histogram.js';
import { bytesWrittenTo } from './device.js';
import { keysOf, type Order } from './keys.js';
import { openVariant } from './variants.js';

export interface Cell {
  readonly variant: string;
  readonly folder: string;
  readonly order: Order;
  /** Entities in the seed. */
  readonly entities: number;
  readonly load: { readonly inFlight: number } | { readonly perSecond: number };
  readonly seconds: number;
}

const valueBytes = 100;
const warmupMs = 500;
/** PUTs that may be unanswered at a constant rate; past it, the rate is not kept. */
const mostUnanswered = 16_000;

const cell = JSON.parse(process.argv[2] as string) as Cell;
const { store, stalledMs } = await openVariant(cell.variant, cell.folder);
const nextKey = keysOf(cell.order, cell.entities);
const value = [Buffer.alloc(valueBytes, 'v')];
const latency = new Histogram();
let puts = 0;
let keyBytes = 0;
let counting = false;

// The writer thread is up when it has answered.
await store.put(nextKey(), value);
const written = bytesWrittenTo(cell.folder);
const writtenBefore = written();
setTimeout(() => {
  counting = true;
}, warmupMs);
const cpuBefore = process.cpuUsage();
const began = performance.now();
const endMs = began + warmupMs + cell.seconds * 1000;
if ('inFlight' in cell.load) await Promise.all(Array.from({ length: cell.load.inFlight }, write));
else await writeAtRate(cell.load.perSecond);
const rate = latency.count / ((performance.now() - began - warmupMs) / 1000);
const memoryMiB = process.memoryUsage().rss / 2 ** 20;
const stalls = stalledMs();
const settleBegan = performance.now();
await store.close();
const cpu = process.cpuUsage(cpuBefore);
process.send?.({
  rate,
  p50: latency.valueAtPercentile(50) / 1000,
  p99: latency.valueAtPercentile(99) / 1000,
  'p99.9': latency.valueAtPercentile(99.9) / 1000,
  max: latency.max / 1000,
  'written/given': (written() - writtenBefore) / (keyBytes + puts * valueBytes),
  'CPU µs': (cpu.user + cpu.system) / puts,
  'settled rate': puts / ((performance.now() - began) / 1000),
  'settle ms': performance.now() - settleBegan,
  'stalled ms': stalls,
  'rss MiB': memoryMiB,
});

/** One writer at full speed. */
async function write(): Promise<void> {
  while (performance.now() < endMs) await put(performance.now());
}

async function put(dueMs: number): Promise<void> {
  const key = nextKey();
  puts++;
  keyBytes += key.length;
  const counted = counting;
  await store.put(key, value);
  if (counted) latency.record(Math.round((performance.now() - dueMs) * 1000));
}

async function writeAtRate(perSecond: number): Promise<void> {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let unanswered = 0;
  let sent = 0;
  const answered = () => {
    unanswered--;
  };
  for (let now = performance.now(); now < endMs; now = performance.now()) {
    for (; began + (sent * 1000) / perSecond <= now && unanswered < mostUnanswered; sent++) {
      unanswered++;
      put(began + (sent * 1000) / perSecond).then(answered, fail);
    }
    // Not for long, because acknowledgements are not seen while the thread sleeps.
    Atomics.wait(sleeper, 0, 0, Math.min(0.05, Math.max(0, began + (sent * 1000) / perSecond - now)));
    await turn();
  }
  while (unanswered > 0) await turn();
}

function fail(error: unknown): never {
  process.stderr.write(`${error}\n`);
  process.exit(1);
}
