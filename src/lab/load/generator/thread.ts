/** A generator thread: makes its source of requests, opens its connections, runs, and tells the main thread how it went. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Target } from '../http/target.js';
import type { RequestSource } from '../request/source.js';
import { sourceOf } from '../request/source-of.js';
import { serveThread } from '../script/channel.js';
import type { ScriptSource } from '../script/script.js';
import { monotonicClock } from './clock.js';
import { Generator } from './generator.js';
import { Control, type FromThread, type ThreadStart, type ToThread } from './messages.js';
import { SharedRecords } from './recorder.js';

const main = parentPort as NonNullable<typeof parentPort>;
const { options, thread, records, control, script: scriptStart } = workerData as ThreadStart;
const tell = (message: FromThread) => main.postMessage(message);

function fail(error: unknown): void {
  const { name, message, stack } = error as Error;
  tell({ kind: 'failed', name, message: name === 'ScriptError' ? message : (stack ?? message) });
}

// What a script throws while an answer is read comes out of the event loop.
process.on('uncaughtException', fail);

try {
  const source = await sourceOf(options, thread, scriptStart);
  const script = 'init' in source ? source : undefined;
  if (script && scriptStart) serveThread(script, scriptStart.line);
  let generator: Generator | undefined;
  const steps = {
    prepare: async () => {
      if (options.work.kind === 'script') await script?.init(options.work.args);
      tell({ kind: 'prepared', requestsPerSend: source.requestsPerSend });
    },
    connect: async ({ target }: ToThread & { kind: 'connect' }) => {
      generator = newGenerator(source, script, target);
      tell({ kind: 'connected', ...(await generator.connect()) });
    },
    begin: async ({ beginUs, requestsPerSend }: ToThread & { kind: 'begin' }) => {
      tell(await (generator as Generator).begin(beginUs, requestsPerSend));
    },
  };
  main.on('message', (message: ToThread) => {
    steps[message.kind](message as never).catch(fail);
  });
  tell({ kind: 'loaded' });
} catch (error) {
  fail(error);
}

function newGenerator(
  source: RequestSource,
  script: ScriptSource | undefined,
  target: Target,
): Generator {
  return new Generator({
    options,
    thread,
    // setup() may have sent this thread to an address of its own.
    target: { ...target, ...script?.ownAddress },
    source,
    records: new SharedRecords(records),
    control: new Control(control),
    clock: monotonicClock(),
    tell,
  });
}
