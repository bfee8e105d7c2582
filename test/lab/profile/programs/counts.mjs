// Counts on, which shows that it is well.
let count = 0;
setInterval(() => {
  count++;
  console.log('count', count);
}, 20);
