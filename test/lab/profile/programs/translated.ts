/** Works in turns. It is JavaScript too, so a loader without a compiler can translate it. */

function worksHere() {
  const end = performance.now() + 20;
  while (performance.now() < end);
}
setInterval(worksHere, 25);
console.log('ready');

export {};
