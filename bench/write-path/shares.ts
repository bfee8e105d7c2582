/** Where the time of a PUT goes today: a run with the writer thread's parts timed, in a process of its own. */
import { keysOf, type Order } from './keys.js';
import { openTreeStore } from './tree-store.js';

export interface SharesRun {
  readonly folder: string;
  readonly order: Order;
  readonly entities: number;
  readonly inFlight: number;
  readonly seconds: number;
  /** Without any sync: what is gone then is the disk's share. */
  readonly noSync: boolean;
}

const run = JSON.parse(process.argv[2] as string) as SharesRun;
const { store, writer } = await openTreeStore(run.folder, { timed: true, noSync: run.noSync });
const nextKey = keysOf(run.order, run.entities);
const value = [Buffer.alloc(100, 'v')];
// The thread is up when it has answered.
await store.put(nextKey(), value);
const began = performance.now();
const endMs = began + run.seconds * 1000;
await Promise.all(
  Array.from({ length: run.inFlight }, async () => {
    while (performance.now() < endMs) await store.put(nextKey(), value);
  }),
);
const elapsedUs = (performance.now() - began) * 1000;
await store.close();
const { times } = writer;
if (times === undefined) throw new Error('the writer thread timed nothing');
const perCommit = (ms: number) => (ms * 1000) / times.commits;
const inThread = times.decodeMs + times.roomMs + times.treeMs + times.commitMs;
process.send?.({
  'PUTs a commit': times.puts / times.commits,
  'commit cycle µs': elapsedUs / times.commits,
  'decode µs': perCommit(times.decodeMs),
  'room µs': perCommit(times.roomMs),
  'tree µs': perCommit(times.treeMs),
  'commit µs': perCommit(times.commitMs),
  'outside the thread µs': elapsedUs / times.commits - perCommit(inThread),
});
