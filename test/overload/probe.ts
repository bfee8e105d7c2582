/**
 * A client that does what it should, in a process of its own: GETs of a small key at a fixed rate
 * over one connection, and a new connection each second. A latency counts from when its request was
 * due, so one that could not be sent is late too. Each request counts once, in the window in which
 * it was due, and windows follow each other without a gap.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endMessage, type WindowResult } from './window.js';

/** A new client that has waited this long has no response. The bar of judge.ts is lower. */
const maxNewMs = 10_000;
/** A connection on which a response is this late is lost. */
const maxWaitMs = 10_000;
const everyMs = 5;

const [, , portText = ''] = process.argv;
const port = Number(portText);
const request = 'GET /v0/entity?id=small HTTP/1.1\r\nHost: localhost\r\n\r\n';

class Window {
  readonly latencies: number[] = [];
  readonly news: number[] = [];
  lost = 0;
  refused = 0;
  newRefused = 0;
  unanswered = 0;

  constructor(
    readonly name: string,
    readonly beganMs: number,
  ) {}

  result(): WindowResult {
    const sorted = this.latencies.sort((one, other) => one - other);
    return {
      name: this.name,
      requests: sorted.length,
      lost: this.lost,
      refused: this.refused,
      p99Ms: sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0,
      newConnections: this.news.length,
      newRefused: this.newRefused,
      unanswered: this.unanswered,
      maxNewMs: Math.max(0, ...this.news),
    };
  }
}

const windows = [new Window('', 0)];
let endMs = Number.POSITIVE_INFINITY;

function windowAt(dueMs: number): Window {
  const window = windows.findLast(({ beganMs }) => beganMs <= dueMs);
  if (window === undefined) throw new RangeError(`no window is as old as ${dueMs}`);
  return window;
}

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

  /** Resolves to the status; 0 if the connection was lost, or the response too late. */
  async ask(maxMs: number): Promise<number> {
    const late = setTimeout(() => this.socket.destroy(), maxMs);
    const status = await new Promise<number>((resolve) => {
      this.#onStatus = resolve;
      if (this.socket.destroyed) this.#end(0);
      else this.socket.write(request);
    });
    clearTimeout(late);
    return status;
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
  const due = (number: number) => beganMs + number * everyMs;
  for (let number = 0; ; number++) {
    const waitMs = due(number) - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    if (due(number) >= endMs) break;
    const status = await client.ask(maxWaitMs);
    count(due(number), status);
    if (status === 200) continue;
    client.socket.destroy();
    client = new Asking();
    // Those that waited behind it on a lost connection are lost with it.
    while (status === 0 && due(number + 1) < Math.min(performance.now(), endMs))
      count(due(++number), 0);
  }
  client.socket.destroy();
}

function count(dueMs: number, status: number): void {
  const window = windowAt(dueMs);
  window.latencies.push(performance.now() - dueMs);
  if (status === 0) window.lost++;
  else if (status !== 200) window.refused++;
}

async function newConnection(): Promise<void> {
  const beganMs = performance.now();
  const window = windowAt(beganMs);
  const client = new Asking();
  const status = await client.ask(maxNewMs);
  window.news.push(performance.now() - beganMs);
  if (status === 0) window.unanswered++;
  else if (status !== 200) window.newRefused++;
  client.socket.destroy();
}

/** A message begins the window of that name, or ends the last one. */
process.on('message', (name) => {
  if (name === endMessage) endMs = performance.now();
  else windows.push(new Window(String(name), performance.now()));
});
// The parent has gone.
process.on('disconnect', () => process.exit());

const news: Promise<void>[] = [];
const timer = setInterval(() => news.push(newConnection()), 1000);
await atFixedRate();
clearInterval(timer);
await Promise.all(news);
process.send?.(
  windows.map((window) => window.result()),
  () => process.exit(),
);
