// Takes a CPU for 40 ms every 300 ms. Argument: for how many seconds.
const [, , seconds] = process.argv;
const sleeper = new Int32Array(new SharedArrayBuffer(4));
for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
  for (const burst = performance.now() + 40; performance.now() < burst; );
  Atomics.wait(sleeper, 0, 0, 260);
}
