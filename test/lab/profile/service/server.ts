/** A service in TypeScript, which tests bundle and profile. It prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { discountFor, PriceList } from './pricing.js';

const turns = 300_000;
const prices = new PriceList(3);

function handleRequest(): string {
  return `${prices.total(3 * turns) - discountFor(turns)}\n`;
}

const server = createServer((_, response) => response.end(handleRequest()));
server.listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port);
});
