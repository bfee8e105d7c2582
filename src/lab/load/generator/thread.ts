/** A generator thread: makes its source of requests, opens its connections, runs, and reports. */
import { parentPort, workerData } from 'node:worker_threads';
import { ScriptError, ScriptExit } from '../load-errors.js';
import { sourceOf } from '../request/source-of.js';
import { serveThread } from '../script/channel.js';
import { monotonicClock } from './clock.js';
import { type GeneratorOptions, type Opened, openConnections } from './connections.js';
import { Control, type FromThread, type ThreadStart, type ToThread } from './messages.js';
import { SharedRecords } from './recorder.js';
import { Run } from './run.js';

const main = parentPort as NonNullable<typeof parentPort>;
const { options: load, thread, records, control, script: start } = workerData as ThreadStart;
const post = (message: FromThread) => main.postMessage(message);

function fail(error: unknown): void {
  const { name, message, stack } = error as Error;
  const exitCode = error instanceof ScriptExit ? error.code : undefined;
  const text = error instanceof ScriptError ? message : (stack ?? message);
  post({ kind: 'failed', name, message: text, exitCode });
}

// An error that a script throws while a response is read comes out of the event loop.
process.on('uncaughtException', fail);

try {
  const source = await sourceOf(load, thread, start);
  const script = 'init' in source ? source : undefined;
  if (script && start) serveThread(script, start.line);
  let ready: { options: GeneratorOptions; connections: Opened['connections'] } | undefined;
  const steps = {
    prepare: async () => {
      if (load.work.kind === 'script') await script?.init(load.work.args);
      post({ kind: 'prepared', requestsPerSend: source.requestsPerSend });
    },
    connect: async (message: ToThread & { kind: 'connect' }) => {
      const options: GeneratorOptions = {
        load,
        thread,
        // setup() may have sent this thread to an address of its own.
        target: { ...message.target, ...script?.ownAddress },
        source,
        records: new SharedRecords(records),
        control: new Control(control),
        clock: monotonicClock(),
        post,
      };
      const { connections, open, cause } = await openConnections(options);
      ready = { options, connections };
      post({ kind: 'connected', open, cause });
    },
    begin: async ({ beginUs, requestsPerSend }: ToThread & { kind: 'begin' }) => {
      if (ready === undefined) throw new TypeError('a run begins when its connections are open');
      script?.agree(requestsPerSend);
      const { options, connections } = ready;
      post(await new Run(options, { connections, beginUs, requestsPerSend }).run());
    },
  };
  main.on('message', (message: ToThread) => {
    steps[message.kind](message as never).catch(fail);
  });
  post({ kind: 'loaded' });
} catch (error) {
  fail(error);
}
