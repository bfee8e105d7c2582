/** A generator thread: makes its source of requests, opens its connections, runs, and tells the main thread how it went. */
import { parentPort, workerData } from 'node:worker_threads';
import { sourceOf } from '../request/source-of.js';
import { monotonicClock } from './clock.js';
import { Generator } from './generator.js';
import { Control, type FromThread, type ThreadStart, type ToThread } from './messages.js';
import { SharedRecords } from './recorder.js';

const main = parentPort as NonNullable<typeof parentPort>;
const { options, thread, target, records, control } = workerData as ThreadStart;

const tell = (message: FromThread) => main.postMessage(message);

// What a script throws while an answer is read comes out of the event loop.
process.on('uncaughtException', fail);

try {
  const source = await sourceOf(options, thread);
  const generator = new Generator({
    options,
    thread,
    target,
    source,
    records: new SharedRecords(records),
    control: new Control(control),
    clock: monotonicClock(),
    tell,
  });
  main.on('message', (message: ToThread) => {
    (message.kind === 'connect' ? connect(generator) : run(generator, message.beginUs)).catch(fail);
  });
  tell({ kind: 'loaded' });
} catch (error) {
  fail(error);
}

async function connect(generator: Generator): Promise<void> {
  tell({ kind: 'connected', ...(await generator.connect()) });
}

async function run(generator: Generator, beginUs: number): Promise<void> {
  tell(await generator.begin(beginUs));
}

function fail(error: unknown): void {
  const { name, message, stack } = error as Error;
  tell({ kind: 'failed', name, message: name === 'ScriptError' ? message : (stack ?? message) });
}
