/** The thread behind resolver.ts. */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';
import type { Address } from './address.js';
import { type LineEnd, serveCalls } from './blocking.js';
import type { ResolverRequest } from './resolver.js';

const end = workerData as LineEnd;

serveCalls(end, (request: ResolverRequest) =>
  request.kind === 'lookup'
    ? addresses(request.host, request.port)
    : connects(request.address, request.limitMs),
);
// Nothing else keeps this thread alive; its creator does not wait for it.
end.port.ref();

async function addresses(host: string, port: number): Promise<Address[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => ({ host: address, port }));
}

function connects({ host, port }: Address, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: limitMs });
    const end = (connected: boolean) => {
      resolve(connected);
      socket.destroy();
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
