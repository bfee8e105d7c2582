/**
 * The bad neighbours. Each attacks until it is told to stop, and counts what came of it. They run
 * in a process of their own. scenarios.ts says what each must have come to.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { crowd, lastingCrowd, RawClient } from './clients.js';
import { exchange } from './exchange.js';

const KiB = 1024;
const MiB = 1024 * KiB;
/** How long a client of churn waits for its response. */
const patienceMs = 2000;
const host = 'Host: localhost\r\n';
const range = `GET /v0/entities?start=e&end=f HTTP/1.1\r\n${host}\r\n`;
const large = `GET /v0/entity?id=large HTTP/1.1\r\n${host}\r\n`;

export interface Target {
  readonly port: number;
  readonly signal: AbortSignal;
  /** Says that all connections are there, or something was done. May be called again. */
  readonly onArrival: () => void;
}

/** How often what happened, by words that read well behind a number. */
export type Counts = Readonly<Record<string, number>>;

export type Attack = (target: Target) => Promise<Counts>;

const everySecond = (client: RawClient, act: () => void) => {
  const timer = setInterval(act, 1000);
  client.socket.once('close', () => clearInterval(timer));
};

/** Writes the text again and again, as fast as the server takes it. Calls `onWritten` each time. */
function pour(client: RawClient, text: string, onWritten: () => void): void {
  const more = () => {
    while (client.socket.writable) {
      onWritten();
      if (!client.write(text)) return;
    }
  };
  client.socket.on('drain', more);
  more();
}

/** Clients that send the beginning, and then a byte each second. */
function slowly(count: number, beginning: string): Attack {
  return async (target) => {
    let bytes = 0;
    const all = await crowd(target, count, (client) => {
      client.write(beginning);
      everySecond(client, () => {
        if (client.socket.writable) bytes++;
        client.write('x');
      });
    });
    return { ...all, 'slow bytes': bytes };
  };
}

export const attacks: Readonly<Record<string, Attack>> = {
  idleFlood: async (target) => ({ ...(await crowd(target, 6000, () => {})) }),

  slowHeaders: slowly(4500, `GET /v0/status HTTP/1.1\r\n${host}X: `),

  slowContents: slowly(
    1000,
    `PUT /v0/entity?id=slow HTTP/1.1\r\n${host}Content-Length: ${MiB}\r\n\r\n`,
  ),

  slowReaders: async (target) => {
    let bytes = 0;
    const all = await crowd(target, 64, (client) => {
      client.onData = (piece) => {
        bytes += piece.length;
      };
      client.socket.pause();
      client.write(large);
      everySecond(client, () => client.socket.read(6 * KiB));
    });
    return { ...all, 'KiB read': Math.floor(bytes / KiB) };
  },

  /** A pipeline of a thousand GETs of 16 MiB, and the client is gone at once. */
  deadPipelines: async (target) => {
    let pipelines = 0;
    let bytes = 0;
    const one = async () => {
      const client = new RawClient(target.port);
      client.onData = (piece) => {
        bytes += piece.length;
      };
      client.socket.once('connect', () => {
        client.write(large.repeat(1000));
        pipelines++;
      });
      await sleep(50);
      client.leave();
    };
    target.onArrival();
    while (!target.signal.aborted) {
      await Promise.all([one(), one(), one(), one()]);
      await sleep(200);
    }
    return { pipelines, 'KiB that came': Math.floor(bytes / KiB) };
  },

  tinyChunks: async (target) => {
    const chunks = '1\r\nx\r\n'.repeat(10_000);
    let count = 0;
    const all = await lastingCrowd(target, 4, (client) => {
      client.write(`PUT /v0/entity?id=tiny HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`);
      pour(client, chunks, () => {
        count += 10_000;
      });
    });
    return { ...all, chunks: count };
  },

  churn: async (target) => {
    let served = 0;
    let unserved = 0;
    const work = async () => {
      const client = new RawClient(target.port);
      client.write(`GET /v0/status HTTP/1.1\r\n${host}\r\n`);
      client.onData = () => client.leave();
      client.socket.setTimeout(patienceMs, () => client.leave());
      await once(client.socket, 'close');
      if (client.firstStatus === 200) served++;
      else unserved++;
    };
    await looped(target, 32, work);
    return { served, unserved };
  },

  scanners8: scanners(8),
  scanners64: scanners(64),

  readers8: async (target) => {
    const counts = { 'values of 16 MiB': 0, refused: 0, lost: 0 };
    await looped(target, 8, async () => {
      const { status, bytes } = await exchange(target, 'GET', 'large');
      if (target.signal.aborted) return;
      if (status === 200 && bytes === 16 * MiB) counts['values of 16 MiB']++;
      else if (status === 503) counts.refused++;
      else counts.lost++;
    });
    return counts;
  },

  puts48: async (target) => {
    const value = Buffer.alloc(16 * MiB, 'v');
    const counts = { rounds: 0, stored: 0, refused: 0, lost: 0 };
    const one = async (number: number) => {
      const { status } = await exchange(target, 'PUT', `put${number}`, value);
      if (status === 201) {
        counts.stored++;
        target.onArrival();
      } else if (status === 503) counts.refused++;
      else if (!target.signal.aborted) counts.lost++;
    };
    while (!target.signal.aborted) {
      counts.rounds++;
      await Promise.all(Array.from({ length: 48 }, (_, number) => one(number)));
    }
    return counts;
  },

  /** Pipelines that are always full: what is offered is a multiple of what can be served. */
  flood: async (target) => {
    let offered = 0;
    let responses = 0;
    const pipeline = Array.from(
      { length: 100 },
      (_, n) =>
        `PUT /v0/entity?id=f${n} HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nnew` +
        `GET /v0/entity?id=small HTTP/1.1\r\n${host}\r\n`.repeat(9),
    ).join('');
    const all = await lastingCrowd(target, 256, (client) => {
      client.onData = (piece) => {
        for (let at = piece.indexOf('HTTP/1.1 '); at >= 0; at = piece.indexOf('HTTP/1.1 ', at + 9))
          responses++;
      };
      pour(client, pipeline, () => {
        offered += 1000;
      });
    });
    return { ...all, offered, responses };
  },
};

function scanners(count: number): Attack {
  return async (target) => {
    let bytes = 0;
    let ranges = 0;
    let refused = 0;
    const served = new Set<number>();
    const all = await lastingCrowd(target, count, (client, number) => {
      let tail = '';
      const next = () => {
        tail = '';
        client.write(range);
      };
      client.onData = (piece) => {
        // A refusal is in one piece. Another connection takes the place of this one.
        if (tail === '' && piece.toString('latin1', 9, 12) !== '200') {
          refused++;
          client.leave();
          return;
        }
        bytes += piece.length;
        served.add(number);
        tail = (tail + piece.toString('latin1', Math.max(0, piece.length - 7))).slice(-7);
        if (tail !== '\r\n0\r\n\r\n') return;
        ranges++;
        next();
      };
      next();
    });
    const mebibytes = Math.floor(bytes / MiB);
    return { ...all, refused, served: served.size, ranges, 'MiB of ranges': mebibytes };
  };
}

/** Does the work over and over, so many at a time. It has arrived once one is done. */
async function looped(
  { signal, onArrival }: Target,
  count: number,
  work: () => Promise<void>,
): Promise<void> {
  const one = async () => {
    while (!signal.aborted) {
      await work();
      onArrival();
    }
  };
  await Promise.all(Array.from({ length: count }, one));
}
