/**
 * Clients that read and write a few keys at once, over both lanes, until the server is killed. Each
 * has one request at a time.
 */
import { Agent, request } from 'node:http';
import { entityUrl } from '../support/http.js';
import type { Operation, Recorder, Value } from './history.js';

export interface ClientOptions {
  readonly url: string;
  readonly keys: readonly string[];
  readonly recorder: Recorder;
  readonly random: () => number;
  /** Makes its values unlike all others'. */
  readonly name: string;
  /** Called before each operation. */
  readonly onOperation: () => void;
}

/** A write without a response: the caller knows when it was over. */
export interface LostWrite extends Pick<Operation, 'value' | 'replaces' | 'begun'> {
  readonly key: string;
}

interface Response {
  readonly status: number;
  /** Empty if there is none. */
  readonly etag: string;
  readonly content: string;
}

/** @returns the writes that have no response */
export async function runClient(options: ClientOptions): Promise<LostWrite[]> {
  const { url, keys, recorder, random, name, onOperation } = options;
  const lanes = { fast: new Agent(oneConnection), full: new Agent(oneConnection) };
  // A request that is not plain makes its connection the full lane's for good.
  await send(lanes.full, 'GET', `${url}/v0/status`);
  const lost: LostWrite[] = [];
  /** The last value seen of each key, with its ETag: what a conditional write is to replace. */
  const seen = new Map<string, { value: Value; etag: string }>();
  try {
    for (let number = 0; ; number++) {
      onOperation();
      const key = keys[Math.floor(random() * keys.length)] as string;
      const agent = random() < 0.5 ? lanes.fast : lanes.full;
      const draw = random();
      const begun = recorder.tick();
      if (draw < 0.1) {
        const all = await readAll(url, agent, random() < 0.5 ? 'asc' : 'desc');
        if (!all) return lost;
        for (const each of keys) recorder.end(each, { kind: 'read', value: all.get(each), begun });
      } else if (draw < 0.12) {
        const response = await send(agent, 'DELETE', `${url}/v0/entities?start=%00`);
        if (response) expectStatus(response, 200);
        const write = { value: undefined, begun };
        for (const each of keys)
          if (response) recorder.end(each, { kind: 'write', ...write });
          else lost.push({ key: each, ...write });
        if (!response) return lost;
      } else if (draw < 0.5) {
        const response = await send(agent, 'GET', entityUrl(url, key));
        if (!response) return lost;
        const value = valueIn(response, 200);
        seen.set(key, { value, etag: response.etag });
        recorder.end(key, { kind: 'read', value, begun });
      } else {
        const value = draw < 0.9 ? `${name}-${number}` : undefined;
        const before = random() < 0.5 ? seen.get(key) : undefined;
        const write = { value, begun, ...(before && { replaces: { value: before.value } }) };
        const condition = before && conditionOf(before);
        const target = entityUrl(url, key);
        const response = await send(agent, value ? 'PUT' : 'DELETE', target, value, condition);
        if (!response) {
          lost.push({ key, ...write });
          return lost;
        }
        const isRefused = before !== undefined && response.status === 412;
        if (!isRefused) expectStatus(response, value ? 201 : 202);
        if (!isRefused) seen.set(key, { value, etag: response.etag });
        recorder.end(key, { kind: isRefused ? 'refused' : 'write', ...write });
      }
    }
  } finally {
    lanes.fast.destroy();
    lanes.full.destroy();
  }
}

/** The write is done only if this is still there. */
function conditionOf({ value, etag }: { value: Value; etag: string }): Record<string, string> {
  return value === undefined ? { 'If-None-Match': '*' } : { 'If-Match': etag };
}

const oneConnection = { keepAlive: true, maxSockets: 1 };
/** Some values are long enough to come in several reads, and to be sent in several writes. */
const paddings = [0, 100, 3000, 200_000];

function paddingOf(name: string): number {
  return paddings[name.length % paddings.length] as number;
}

/** Every key that a range has, with its value; undefined if the server went away. */
export async function readAll(
  url: string,
  agent?: Agent,
  order: 'asc' | 'desc' = 'asc',
): Promise<Map<string, Value> | undefined> {
  const target = `${url}/v0/entities?start=%00&order=${order}`;
  const response = await send(agent, 'GET', target, undefined, ndjson);
  if (!response) return undefined;
  expectStatus(response, 200);
  const lines = response.content.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const { key, value } = JSON.parse(line) as { key: string; value: string };
      return [key, nameOf(Buffer.from(value, 'base64').toString('latin1'))];
    }),
  );
}

const ndjson = { Accept: 'application/x-ndjson' };

function valueIn(response: Response, found: number): Value {
  if (response.status === 404) return undefined;
  expectStatus(response, found);
  return nameOf(response.content);
}

/** The name of a value, if the padding that belongs to it is whole. */
function nameOf(content: string): string {
  const [name = '', dots = ''] = content.split(';');
  return dots.length === paddingOf(name) ? name : `torn ${name}: ${dots.length} dots`;
}

function expectStatus({ status, content }: Response, expected: number): void {
  if (status !== expected) throw new Error(`the response was ${status}: ${content.slice(0, 300)}`);
}

/** Undefined if the connection ends before the response is whole. */
function send(
  agent: Agent | undefined,
  method: string,
  url: string,
  value?: string,
  headers: Record<string, string> = {},
): Promise<Response | undefined> {
  return new Promise((resolve) => {
    const req = request(url, { method, agent, headers });
    req.on('response', (response) => {
      let content = '';
      response.setEncoding('latin1').on('data', (text: string) => {
        content += text;
      });
      response.on('end', () => {
        const { statusCode = 0, headers, complete } = response;
        if (complete) resolve({ status: statusCode, etag: headers.etag ?? '', content });
      });
    });
    req.on('error', () => resolve(undefined));
    req.on('close', () => resolve(undefined));
    if (value === undefined) req.end();
    else req.end(`${value};${'.'.repeat(paddingOf(value))}`);
  });
}
