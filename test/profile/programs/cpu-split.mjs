// Spends its CPU time 70/20/10 in three functions whose loops are alike, and is idle for about a third of the time.
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

function round() {
  const begin = performance.now();
  seventy(turnsPerMs * 14);
  twenty(turnsPerMs * 4);
  ten(turnsPerMs * 2);
  setTimeout(round, (performance.now() - begin) / 2);
}
round();
console.log('ready');
