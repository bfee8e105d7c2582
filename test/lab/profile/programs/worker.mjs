// A main thread that does nothing, and a worker thread with a name that is busy.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

function busyInThread() {
  const end = performance.now() + 20;
  while (performance.now() < end);
}

if (isMainThread) {
  new Worker(new URL(import.meta.url), { name: 'busy-thread' }).on('message', console.log);
} else {
  setInterval(busyInThread, 25);
  parentPort.postMessage('ready');
}
