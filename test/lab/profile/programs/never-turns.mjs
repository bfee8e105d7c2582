// Its event loop turns for a moment, and then never again: HOW says by which fault.
const ways = {
  loop: function spins() {
    for (let x = 0; ; ) x = (x * 31 + 1) | 0;
  },
  regexp: function backtracks() {
    return /^(a+)+$/.test(`${'a'.repeat(60)}b`);
  },
  wait: function waits() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};
console.log('ready');
setTimeout(ways[process.env.HOW], 100);
