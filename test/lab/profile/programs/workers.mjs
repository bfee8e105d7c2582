// A main thread that does nothing. It starts worker threads when it is asked to: one that works in
// turns, one in an endless loop, and one that works for a moment and is gone.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

function busyInThread(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

if (isMainThread) {
  globalThis.start = (name) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { name, workerData: name });
      worker.once(name === 'brief' ? 'exit' : 'message', () => resolve()).once('error', reject);
    });
  setInterval(() => {}, 1000);
  console.log('ready');
} else {
  parentPort.postMessage('started');
  if (workerData === 'turning') setInterval(() => busyInThread(20), 25);
  if (workerData === 'looping') setTimeout(() => busyInThread(Number.POSITIVE_INFINITY), 10);
  if (workerData === 'brief') busyInThread(300);
}
