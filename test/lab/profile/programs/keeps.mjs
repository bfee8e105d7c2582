// A request keeps an array of known size, replaces one of a small cache, and drops a large one.
const kept = [];
const cache = new Array(50);
let last;
let requests = 0;
function keeps() {
  kept.push(new Array(100));
}
function replaces() {
  cache[requests % cache.length] = new Array(300);
}
function drops() {
  last = new Array(1000);
}
globalThis.handle = (count) => {
  for (let i = 0; i < count; i++, requests++) {
    keeps();
    replaces();
    drops();
  }
  return last.length;
};
setInterval(() => {}, 1000);
console.log('ready');
