/**
 * The virtual service over real sockets: a run in scripted time whose requests go to a server of
 * node:http or node:http2. The clock stands still while bytes are on their way, so a run is exact.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';
import { openConnections } from '#dist/lab/load/generator/connections.js';
import { Control, type SecondOver } from '#dist/lab/load/generator/messages.js';
import { SharedRecords } from '#dist/lab/load/generator/recorder.js';
import { Run } from '#dist/lab/load/generator/run.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import type { RequestSource } from '#dist/lab/load/request/request-source.js';
import { Aggregator } from '#dist/lab/load/result/aggregator.js';
import type { Latencies, Unanswered } from '#dist/lab/load/result/result.js';
import type { VirtualRun } from './virtual-service.js';

interface RealResult {
  readonly latencies: Latencies;
  readonly unanswered: Unanswered;
  readonly failures: number;
  readonly sentAtUs: readonly number[];
}

export interface Protocol {
  /** HTTP/2 if present, with as many streams on each connection. */
  readonly streams?: number;
  /** The server takes so many at once on each connection. */
  readonly maxConcurrentStreams?: number;
}

type Held = ServerResponse | Http2ServerResponse;

/** Plays a run without gaps of the generator, requests one by one. Times begin at 0; one thread. */
export async function playOverSockets(
  run: VirtualRun,
  { streams, maxConcurrentStreams }: Protocol,
): Promise<RealResult> {
  const held = new Map<string, Held>();
  let arrived = () => {};
  const take = ({ url }: { url?: string | undefined }, response: Held) => {
    held.set(url as string, response);
    arrived();
  };
  const server: Server = streams
    ? createHttp2Server(
        maxConcurrentStreams === undefined ? {} : { settings: { maxConcurrentStreams } },
        take,
      )
    : createServer(take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const time = { us: 0 };
  const sentAtUs: number[] = [];
  /** When the response to each request that was sent is due, by its path. */
  const due = new Map<string, number>();
  const source: RequestSource = {
    requestsPerSend: 1,
    next: () => {
      const path = `/${sentAtUs.push(time.us)}`;
      due.set(path, run.respondUs(time.us) ?? Number.POSITIVE_INFINITY);
      return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    },
  };
  const { rate, connections, durationUs, stages, arrivals } = run;
  const seconds: SecondOver[] = [];
  const records = new SharedRecords();
  const options = {
    load: {
      ...defaultOptions,
      ...{ url: 'http://a', threads: 1, rate, connections, durationMs: durationUs / 1000 },
      ...{ timeoutMs: 60_000 },
      ...(streams && { http2: { streams } }),
      ...(stages && { stages }),
      ...(arrivals && { arrivals }),
    },
    thread: 0,
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, http2: !!streams },
    source,
    records,
    control: new Control(),
    clock: { now: () => time.us },
    post: (message: { kind: string }) =>
      void (message.kind === 'second' && seconds.push(message as SecondOver)),
  };
  const opened = await openConnections(options);
  onTestFinished(() => {
    for (const connection of opened.connections) connection.close();
    server.close();
  });
  const played = new Run(options, { ...opened, beginUs: 0, requestsPerSend: 1 });
  let ready = () => {};
  for (const connection of opened.connections) {
    const { onReady } = connection.events;
    connection.events.onReady = (wasOpened) => {
      onReady(wasOpened);
      ready();
    };
  }
  const respond = async (path: string) => {
    while (!held.has(path))
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    await new Promise<void>((resolve) => {
      ready = resolve;
      held.get(path)?.end('ok');
    });
  };
  const aggregator = new Aggregator([records], 0);
  for (let next = played.turn(0); next !== undefined; next = played.turn(time.us)) {
    time.us = Math.min(next, durationUs, ...due.values());
    for (const [path, us] of due) {
      if (us > time.us || time.us >= durationUs) continue;
      due.delete(path);
      await respond(path);
    }
    for (const second of seconds.splice(0)) aggregator.second(0, second);
  }
  aggregator.finished(0, played.finish());
  const { latencies, unanswered, failures } = aggregator;
  return { latencies, unanswered, failures, sentAtUs };
}
