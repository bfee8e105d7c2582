// Spends its CPU time 70/20/10 in three functions whose loops are alike, and is idle for about a
// third of the time.
function seventy(turns) {
  let x = 0;
  for (let i = 0; i < turns; i++) x = (x * 31 + i) | 0;
  return x;
}
function twenty(turns) {
  let x = 0;
  for (let i = 0; i < turns; i++) x = (x * 31 + i) | 0;
  return x;
}
function ten(turns) {
  let x = 0;
  for (let i = 0; i < turns; i++) x = (x * 31 + i) | 0;
  return x;
}
// Compiled first, so that the loops cost the same a turn from the beginning.
for (let i = 0; i < 300; i++) [seventy, twenty, ten].map((run) => run(100_000));
const start = performance.now();
ten(10_000_000);
const turnsPerMs = 10_000_000 / (performance.now() - start);

// In turns of a millisecond in random order: on a busy machine a CPU's speed changes, which must
// meet all three alike, and a regular order could keep step with the sampler.
const turns = Math.round(turnsPerMs);
const deck = [seventy, twenty, ten].flatMap((run, index) =>
  new Array([70, 20, 10][index]).fill(run),
);
let seed = 1;
function random(below) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}
function round() {
  const begin = performance.now();
  for (let last = deck.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [deck[last], deck[other]] = [deck[other], deck[last]];
  }
  for (const run of deck) run(turns);
  setTimeout(round, (performance.now() - begin) / 2);
}
round();
console.log('ready');
