// A server whose event loop is blocked for 100 ms, about every 300 ms. Prints its URL.
import { createServer } from 'node:http';

const never = new Int32Array(new SharedArrayBuffer(4));

/** It sleeps: that takes as long on a busy machine. */
function blockTheLoop() {
  Atomics.wait(never, 0, 0, 100);
}

const server = createServer((_, response) => response.end('fine'));
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
  setInterval(blockTheLoop, 300);
});
