// A request keeps an array of known size, replaces one of a small cache, and drops a large one.
// The loops are in the functions, or the optimiser would fold the allocations into one.
const kept = [];
const cache = new Array(50);
let last;
function keeps(count) {
  for (let i = 0; i < count; i++) kept.push(new Array(100));
}
function replaces(count) {
  for (let i = 0; i < count; i++) cache[i % cache.length] = new Array(300);
}
function drops(count) {
  for (let i = 0; i < count; i++) last = new Array(1000);
}
globalThis.handle = (count) => {
  keeps(count);
  replaces(count);
  drops(count);
  return last.length;
};
setInterval(() => {}, 1000);
console.log('ready');
