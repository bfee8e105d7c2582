// Waits in one function, without working and without being idle, and works in another.
import { execFileSync } from 'node:child_process';

function waitsForAnother() {
  execFileSync('sleep', ['0.3']);
}
function works(turns) {
  let x = 0;
  for (let i = 0; i < turns; i++) x = (x * 31 + i) | 0;
  return x;
}
works(10_000_000);
const start = performance.now();
works(50_000_000);
const turnsPerMs = 50_000_000 / (performance.now() - start);
setInterval(() => {
  works(turnsPerMs * 100);
  waitsForAnother();
}, 10);
console.log('ready');
