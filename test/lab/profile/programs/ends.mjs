// Works, and at SIGUSR2 ends: HOW says how.
const ways = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('as the test wants it');
  },
  naturally: () => clearInterval(work),
};
function works() {
  const end = performance.now() + 20;
  while (performance.now() < end);
}
const work = setInterval(works, 25);
// A signal's listener would keep the process; once is enough.
process.once('SIGUSR2', () => ways[process.env.HOW]());
console.log('ready');
