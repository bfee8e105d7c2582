// A plain Node server. GET / responds at once, PUT / writes and syncs a file, GET /cold reads from
// a large file now and then, GET /later lets some responses wait for a timer.
// Prints its address and process id. Arguments: the directory for its files.
import { fdatasync, openSync, readSync, write } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [, , directory] = process.argv;
const log = openSync(join(directory, 'log'), 'w');
const large = openSync(join(directory, 'large'), 'r');
const largeBytes = 1024 ** 3 / 4;
const page = Buffer.alloc(4096);
let requests = 0;

const routes = {
  '/': (response) => response.end('fine'),
  '/cold': (response) => {
    if (++requests % 60 === 0) {
      const place = Math.floor((Math.random() * largeBytes) / page.length) * page.length;
      readSync(large, page, 0, page.length, place);
    }
    response.end('read');
  },
  '/later': (response) => {
    if (++requests % 25 === 0) setTimeout(() => response.end('late'), 40);
    else response.end('soon');
  },
};

function put(request, response) {
  request.resume();
  write(log, 'a line\n', () => fdatasync(log, () => response.end('synced')));
}

const server = createServer((request, response) => {
  if (request.method === 'PUT') put(request, response);
  else (routes[request.url] ?? routes['/'])(response);
});
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ url, pid: process.pid })}\n`);
});
