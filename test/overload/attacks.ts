/**
 * The bad neighbours. Each attacks until it is told to stop, and says in some words what came of
 * it. They run in a process of their own.
 */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Crowd, crowd, type RawClient } from './clients.js';

const MiB = 1024 * 1024;
const host = 'Host: localhost\r\n';
const range = `GET /v0/entities?start=e&end=f HTTP/1.1\r\n${host}\r\n`;
const large = `GET /v0/entity?id=large HTTP/1.1\r\n${host}\r\n`;

export interface Target {
  readonly port: number;
  readonly signal: AbortSignal;
}

export type Attack = (target: Target) => Promise<string>;

/** Opens so many connections, does something on each, and keeps as many open. */
function kept(count: number, begin: (client: RawClient, number: number) => void): Attack {
  return async (target) => {
    const clients = await crowd(target, count, begin);
    return ended(clients);
  };
}

function ended({ opened, cut, refused }: Crowd): string {
  return `${opened} connections, ${cut} cut, ${refused} refused`;
}

const everySecond = (client: RawClient, act: () => void) => {
  const timer = setInterval(act, 1000);
  client.socket.once('close', () => clearInterval(timer));
};

export const attacks: Readonly<Record<string, Attack>> = {
  idleFlood: kept(6000, () => {}),

  slowHeaders: kept(4500, (client) => {
    client.write(`GET /v0/status HTTP/1.1\r\n${host}X: `);
    everySecond(client, () => client.write('x'));
  }),

  slowContents: kept(1000, (client) => {
    client.write(`PUT /v0/entity?id=slow HTTP/1.1\r\n${host}Content-Length: ${MiB}\r\n\r\n`);
    everySecond(client, () => client.write('x'));
  }),

  slowReaders: kept(64, (client) => {
    client.socket.pause();
    client.write(large);
    everySecond(client, () => client.socket.read(6 * 1024));
  }),

  /** A pipeline of a thousand GETs of 16 MiB, and the client is gone at once. */
  deadPipelines: async (target) => {
    let rounds = 0;
    while (!target.signal.aborted) {
      await crowd(
        target,
        4,
        (client) => {
          client.write(large.repeat(1000));
          setTimeout(() => client.socket.destroy(), 50);
        },
        100,
      );
      rounds++;
      await sleep(200);
    }
    return `${rounds * 4} pipelines`;
  },

  tinyChunks: kept(4, (client) => {
    client.write(`PUT /v0/entity?id=tiny HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`);
    const chunks = '1\r\nx\r\n'.repeat(10_000);
    const more = () => {
      while (!client.socket.destroyed && client.write(chunks));
    };
    client.socket.on('drain', more);
    more();
  }),

  churn: async (target) => {
    let count = 0;
    const one = async () => {
      while (!target.signal.aborted) {
        await crowd(
          target,
          1,
          (client) => client.write(`GET /v0/status HTTP/1.1\r\n${host}\r\n`),
          5,
        );
        count++;
      }
    };
    await Promise.all(Array.from({ length: 32 }, one));
    return `${count} connections`;
  },

  scanners8: scanners(8),
  scanners64: scanners(64),

  readers8: async (target) => {
    const gets = await looped(target, 8, () => exchange(target, 'GET', 'large'));
    return `${gets} values of 16 MiB`;
  },

  puts48: async (target) => {
    const value = Buffer.alloc(16 * MiB, 'v');
    const statuses = new Map<number, number>();
    let rounds = 0;
    do {
      const all = Array.from({ length: 48 }, (_, n) => exchange(target, 'PUT', `put${n}`, value));
      for (const status of await Promise.all(all))
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      rounds++;
    } while (!target.signal.aborted);
    const told = [...statuses].map(([status, count]) => `${count} × ${status || 'lost'}`);
    return `${rounds} × 48 PUTs: ${told.join(', ')}`;
  },

  /** Pipelines that are always full: what is offered is a multiple of what can be served. */
  flood: async (target) => {
    let offered = 0;
    let answered = 0;
    const pipeline = Array.from(
      { length: 100 },
      (_, n) =>
        `PUT /v0/entity?id=f${n} HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nnew` +
        `GET /v0/entity?id=small HTTP/1.1\r\n${host}\r\n`.repeat(9),
    ).join('');
    await crowd(target, 256, (client) => {
      client.onData = (piece) => {
        for (let at = piece.indexOf('HTTP/1.1 '); at >= 0; at = piece.indexOf('HTTP/1.1 ', at + 9))
          answered++;
      };
      const more = () => {
        do offered += 1000;
        while (!client.socket.destroyed && client.write(pipeline));
      };
      client.socket.on('drain', more);
      more();
    });
    return `${offered} requests offered, ${answered} answered`;
  },
};

function scanners(count: number): Attack {
  return async (target) => {
    let bytes = 0;
    await crowd(target, count, (client) => {
      let tail = '';
      client.onData = (piece) => {
        bytes += piece.length;
        // The last chunk of a range: the next one begins.
        tail = (tail + piece.toString('latin1', Math.max(0, piece.length - 7))).slice(-7);
        if (tail === '\r\n0\r\n\r\n') client.write(range);
      };
      client.write(range);
    });
    return `${(bytes / MiB).toFixed(0)} MiB of ranges`;
  };
}

async function looped(
  { signal }: Target,
  count: number,
  work: () => Promise<unknown>,
): Promise<number> {
  let rounds = 0;
  const one = async () => {
    while (!signal.aborted) {
      await work();
      if (!signal.aborted) rounds++;
    }
  };
  await Promise.all(Array.from({ length: count }, one));
  return rounds;
}

/** One request on a connection of its own, its response read to the end. 0: it was lost. */
async function exchange(
  { port, signal }: Target,
  method: string,
  id: string,
  content?: Buffer,
): Promise<number> {
  const path = `/v0/entity?id=${id}`;
  const outgoing = httpRequest({ port, method, path, agent: false, signal });
  try {
    outgoing.end(content);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return response.statusCode ?? 0;
  } catch {
    return 0;
  }
}
