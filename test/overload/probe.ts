/**
 * A client that does what it should, in a process of its own: GETs of a small key at a fixed rate
 * over one connection, and a new connection each second. A latency counts from when its request was
 * due, so one that could not be sent is late too.
 */
import { connect, type Socket } from 'node:net';

export interface ProbeResult {
  readonly requests: number;
  /** Requests whose connection was lost. */
  readonly lost: number;
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly newConnections: number;
  /** New clients that had no response, not even a refusal, within 2 s. */
  readonly unanswered: number;
  readonly maxNewMs: number;
}

export const unansweredMs = 2000;

const [, , portText = ''] = process.argv;
const port = Number(portText);
const request = 'GET /v0/entity?id=small HTTP/1.1\r\nHost: localhost\r\n\r\n';
const everyMs = 5;

let latencies: number[] = [];
/** When the request that waits for its response was due; undefined: none does. */
let waitingDueMs: number | undefined;
let news: number[] = [];
let lost = 0;
let refused = 0;
let unanswered = 0;

/** A connection on which one request at a time is asked. */
class Asking {
  readonly socket: Socket;
  #text = '';
  #onStatus: ((status: number) => void) | undefined;

  constructor() {
    this.socket = connect(port, '127.0.0.1').setNoDelay();
    this.socket.on('error', () => {});
    this.socket.on('data', (piece) => {
      this.#text += piece.toString('latin1');
      const head = this.#text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(this.#text)?.[1]);
      if (head >= 0 && this.#text.length >= head + 4 + length)
        this.#end(Number(this.#text.slice(9, 12)));
    });
    this.socket.on('close', () => this.#end(0));
  }

  /** Resolves to the status; 0 if the connection was lost. */
  ask(): Promise<number> {
    return new Promise((resolve) => {
      this.#onStatus = resolve;
      if (this.socket.destroyed) this.#end(0);
      else this.socket.write(request);
    });
  }

  #end(status: number): void {
    this.#text = '';
    this.#onStatus?.(status);
    this.#onStatus = undefined;
  }
}

async function atFixedRate(): Promise<void> {
  let client = new Asking();
  const beganMs = performance.now();
  for (let n = 0; ; n++) {
    const dueMs = beganMs + n * everyMs;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    waitingDueMs = dueMs;
    const status = await client.ask();
    waitingDueMs = undefined;
    latencies.push(performance.now() - dueMs);
    if (status === 0) lost++;
    else if (status !== 200) refused++;
    if (status !== 200) {
      client.socket.destroy();
      client = new Asking();
    }
  }
}

async function newConnection(): Promise<void> {
  const beganMs = performance.now();
  const client = new Asking();
  const late = setTimeout(() => unanswered++, unansweredMs);
  const status = await client.ask();
  news.push(performance.now() - beganMs);
  clearTimeout(late);
  if (status === 0) unanswered++;
  client.socket.destroy();
}

function result(): ProbeResult {
  // A request without its response yet is at least so late.
  const waitedMs = waitingDueMs === undefined ? [] : [performance.now() - waitingDueMs];
  const sorted = [...latencies, ...waitedMs].sort((one, other) => one - other);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return {
    requests: latencies.length,
    lost,
    refused,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    newConnections: news.length,
    unanswered,
    maxNewMs: Math.max(0, ...news),
  };
}

/** Each message asks for what was measured since the last one. */
process.on('message', () => {
  process.send?.(result());
  latencies = [];
  news = [];
  lost = 0;
  refused = 0;
  unanswered = 0;
});

// The parent has gone.
process.on('disconnect', () => process.exit());
setInterval(() => void newConnection(), 1000);
void atFixedRate();
