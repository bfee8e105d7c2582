// A server that exits in order at SIGTERM, and loops for ever at SIGUSR2. Prints its URL.
import { createServer } from 'node:http';

const server = createServer((_, response) => response.end('fine'));
process.on('SIGTERM', () => process.exit(3));
process.on('SIGUSR2', () => {
  for (;;);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
