// Allocates 70/20/10 of its bytes in three functions. Nearly nothing is kept, so it is collected
// before the end. The loops are in the functions, or the optimiser would fold the three allocations
// into one of their caller.
function seventy(times) {
  let last;
  for (let i = 0; i < times; i++) last = new Array(700);
  return last;
}
function twenty(times) {
  let last;
  for (let i = 0; i < times; i++) last = new Array(200);
  return last;
}
function ten(times) {
  let last;
  for (let i = 0; i < times; i++) last = new Array(100);
  return last;
}
export let kept;
setInterval(() => {
  kept = [seventy(200), twenty(200), ten(200)];
}, 10);
console.log('ready');
