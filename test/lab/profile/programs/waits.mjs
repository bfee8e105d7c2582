// Waits in one function, without working and without being idle, and works in another.
import { execFileSync } from 'node:child_process';

function waitsForAnother() {
  execFileSync('sleep', ['0.3']);
}
/** For 100 ms of CPU time, however long that takes on a busy machine. */
function works() {
  const begun = process.cpuUsage();
  let used = 0;
  for (let x = 0; used < 100_000; ) {
    for (let i = 0; i < 1_000_000; i++) x = (x * 31 + i) | 0;
    const { user, system } = process.cpuUsage(begun);
    used = user + system;
  }
}
setInterval(() => {
  works();
  waitsForAnother();
}, 10);
console.log('ready');
