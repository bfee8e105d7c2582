/**
 * A real server for one test, on a free port and in a new directory, and the look of every refusal.
 * Nothing is replaced: the tests in this directory see what a client sees.
 */

import { subscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type RunningServer, type ServeOptions, serve } from '#dist/server/server.js';
import type { Limits } from '../../src/config/limits.js';
import { temporaryDirectory } from '../support/directory.js';
import { exchangeListeners, type RawAnswer } from '../support/http.js';
import { contradictions, type Exchange } from './documented.js';

/** Both, unless the project of tests says otherwise: what these tests claim holds for either. */
export const testedLanes: Lanes = process.env.EVENKEEL_TEST_LANES === 'full' ? 'full' : 'both';

export type Lanes = 'both' | 'full';

export interface TestServer extends RunningServer {
  /** Empty if its store is not a directory. */
  readonly directory: string;
  /** The errors that the server told its operator. */
  readonly reports: readonly unknown[];
}

/** Starts a server; it is closed, and its directory removed, when the test is over. */
export async function startServer(
  limits: Partial<Limits> = {},
  directory?: string,
  options: Partial<ServeOptions> = {},
): Promise<TestServer> {
  // A store elsewhere has none.
  const data = options.store ? undefined : (directory ?? (await temporaryDirectory()));
  const reports: unknown[] = [];
  const report = (error: unknown) => {
    reports.push(error);
  };
  const server = await serve({
    data,
    port: 0,
    lanes: testedLanes,
    limits: { drainMs: 1000, ...limits },
    report,
    ...options,
  });
  const expectDocumented = compareWithDocument(server.url);
  onTestFinished(async () => {
    await server.close();
    expectDocumented();
  });
  return Object.assign(server, { directory: data ?? '', reports });
}

/**
 * One server for all tests of a file, whose requests must leave no trace. Its address is there once
 * they run.
 */
export function sharedServer(
  limits: Partial<Limits> = {},
  lanes = testedLanes,
  options: Partial<ServeOptions> = {},
): { readonly url: string } {
  let server: RunningServer | undefined;
  let directory = '';
  let expectDocumented: (() => void) | undefined;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'evenkeel-'));
    const data = options.store ? undefined : directory;
    server = await serve({ data, port: 0, lanes, limits, ...options });
    expectDocumented = compareWithDocument(server.url);
  });
  afterAll(async () => {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
    expectDocumented?.();
  });
  return {
    get url() {
      if (!server) throw new TypeError('the server starts before the first test');
      return server.url;
    },
  };
}

export interface Refusal {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/**
 * Checks that a response is a problem (RFC 9457) of this status, and that its detail mentions this.
 */
export function expectProblem(
  answer: RawAnswer | undefined,
  status: number,
  mentions: RegExp | string,
): void {
  expect(answer?.status).toBe(status);
  expect(answer?.headers.get('content-type')).toBe('application/problem+json');
  const problem = JSON.parse(Buffer.from(answer?.body ?? '', 'latin1').toString()) as Refusal;
  expect(problem).toStrictEqual({ title: STATUS_CODES[status], status, detail: problem.detail });
  expect(problem.detail).toMatch(mentions);
}

/** A fetch answer as a raw one, so that both are checked alike. */
export async function rawOf(response: Response): Promise<RawAnswer> {
  return {
    status: response.status,
    headers: new Map(response.headers),
    body: Buffer.from(await response.arrayBuffer()).toString('latin1'),
  };
}

/** The keys the store holds, from the first to the last. */
export async function storedKeys(base: string): Promise<string[]> {
  const response = await fetch(`${base}/v0/entities?start=%00`, {
    headers: { Accept: 'application/x-ndjson' },
  });
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').slice(0, -1);
  return lines.map((line) => {
    const { key, keyBase64 } = JSON.parse(line) as { key?: string; keyBase64?: string };
    return key ?? Buffer.from(keyBase64 ?? '', 'base64').toString('latin1');
  });
}

/** Resolves when the server has no request under way any more; fails if it keeps one. */
export async function expectIdle(server: RunningServer): Promise<void> {
  await expect.poll(() => server.running, { timeout: 20_000, interval: 10 }).toBe(0);
}

type Listener = (exchange: Exchange) => void;
/** By the URL of a server; for requests of fetch, which Node tells on a channel. */
const listeners = new Map<string, Listener>();
subscribe('undici:request:headers', (message) => {
  const { request, response } = message as FetchMessage;
  const { method, path: target, origin, headers } = request;
  // Node 20 has them as text.
  const requestFields =
    typeof headers === 'string'
      ? headers.split('\r\n').map((field) => field.split(':')[0] ?? '')
      : headers.filter((_, at) => at % 2 === 0);
  const names = [...response.headers].map(String);
  const fields = new Map(
    names.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), names[at + 1] ?? '']] : [])),
  );
  const status = response.statusCode;
  listeners.get(origin)?.({ method, target, requestFields, status, fields });
});

interface FetchMessage {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly origin: string;
    readonly headers: string | readonly string[];
  };
  readonly response: { readonly statusCode: number; readonly headers: readonly Buffer[] };
}

/** Calls the listener with each exchange with the server, of fetch and of `RawConnection.ask`. */
export function onExchange(url: string, listener: Listener): void {
  listeners.set(url, listener);
  exchangeListeners.set(url, (bytes, { status, headers: fields, body: content }) => {
    const [line = '', ...lines] = (bytes.split('\r\n\r\n')[0] ?? '').split('\r\n');
    const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(line) ?? [];
    // The rest of a request, or bytes that are not one.
    if (method === undefined || target === undefined) return;
    const requestFields = lines.map((field) => field.split(':')[0] ?? '');
    listener({ method, target, requestFields, status, fields, content });
  });
}

/** Gathers what exchanges with the server show that the OpenAPI document does not say. */
function compareWithDocument(url: string): () => void {
  const faults: string[] = [];
  onExchange(url, (exchange) => faults.push(...contradictions(exchange)));
  return () => expect(faults).toStrictEqual([]);
}
