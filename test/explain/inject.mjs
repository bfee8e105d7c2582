// Loaded into a server by `node --import`: from its start on, it holds the event loop up as the
// variable FAULT says. `collection` needs --expose-gc.
import { isMainThread } from 'node:worker_threads';

function blockForThirtyMs() {
  for (const end = performance.now() + 30; performance.now() < end; );
}

/** Live objects make a full collection long. */
function fillHeap() {
  return Array.from({ length: 250_000 }, (_, n) => ({ n, more: [n] }));
}

if (isMainThread && process.env.FAULT === 'loop') setInterval(blockForThirtyMs, 250).unref();
if (isMainThread && process.env.FAULT === 'collection') {
  const kept = fillHeap();
  setInterval(() => {
    globalThis.gc();
    kept.at(-1).n++;
  }, 500).unref();
}
