/** A server that allocates an array of so many numbers more for each response: `PORT [NUMBERS]`. */
import { createServer } from 'node:http';

const [port, numbers = '0'] = process.argv.slice(2);
const kept = [];

/** A number that is not whole takes 8 B in an array of its own, behind a head. */
function allocateMore(count) {
  const values = [];
  for (let index = 0; index < count; index++) values.push(index + 0.5);
  kept[0] = values;
}

createServer((request, response) => {
  if (numbers !== '0') allocateMore(Number(numbers));
  response.end(request.url);
}).listen(Number(port), '127.0.0.1');
