/** A server that takes so many µs of its processor for each response: `PORT [MICROSECONDS]`. */
import { createServer } from 'node:http';

const [port, us = '0', status = '200'] = process.argv.slice(2);

createServer((_, response) => {
  const end = performance.now() + Number(us) / 1000;
  while (performance.now() < end);
  response.statusCode = Number(status);
  response.end('hello');
}).listen(Number(port), '127.0.0.1');
