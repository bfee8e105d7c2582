// Spends its CPU time 50/30/20 in JavaScript, in native code and in the kernel, by its own account:
// whatever is furthest behind its part is next. Pieces are of random lengths, for a regular order
// could keep step with the sampler. Between turns a thread of libuv's pool works.
import { createHash, pbkdf2 } from 'node:crypto';
import { openSync, readSync } from 'node:fs';

let seed = 1;
function random(below) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

const device = openSync('/dev/urandom', 'r');
const buffer = Buffer.alloc(512 * 1024);

function inJavaScript() {
  let x = 0;
  for (let i = random(2_000_000); i > 0; i--) x = (x * 31 + i) | 0;
  return x;
}
function inNativeCode() {
  // Nothing that allocates: the C library has no frame pointers, so perf can't see who called
  // malloc.
  createHash('sha256')
    .update(buffer.subarray(random(buffer.length)))
    .update(buffer)
    .digest();
}
function inKernel() {
  readSync(device, buffer, 0, 1 + random(buffer.length - 1));
}

const parts = [
  { run: inJavaScript, percent: 50, usedUs: 0 },
  { run: inNativeCode, percent: 30, usedUs: 0 },
  { run: inKernel, percent: 20, usedUs: 0 },
];
function turn() {
  for (const end = performance.now() + 40; performance.now() < end; ) {
    const part = parts.reduce((a, b) => (b.usedUs / b.percent < a.usedUs / a.percent ? b : a));
    const before = process.cpuUsage();
    part.run();
    const { user, system } = process.cpuUsage(before);
    part.usedUs += user + system;
  }
  pbkdf2('secret', 'salt', 3000, 32, 'sha256', turn);
}
turn();
console.log('ready');
