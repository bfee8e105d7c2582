/**
 * Clients that read and write a few keys at once, over both lanes, until the server is killed. Each
 * has one request at a time.
 */
import { Agent, request } from 'node:http';
import { entityUrl } from '../support/http.js';
import type { Recorder, Value } from './history.js';

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
export interface LostWrite {
  readonly key: string;
  readonly value: Value;
  readonly begun: number;
}

interface Response {
  readonly status: number;
  readonly content: string;
}

/** @returns the writes that have no response */
export async function runClient(options: ClientOptions): Promise<LostWrite[]> {
  const { url, keys, recorder, random, name, onOperation } = options;
  const lanes = { fast: new Agent(oneConnection), full: new Agent(oneConnection) };
  // A request that is not plain makes its connection the full lane's for good.
  await send(lanes.full, 'GET', `${url}/v0/status`);
  const lost: LostWrite[] = [];
  try {
    for (let number = 0; ; number++) {
      onOperation();
      const key = keys[Math.floor(random() * keys.length)] as string;
      const agent = random() < 0.5 ? lanes.fast : lanes.full;
      const draw = random();
      const begun = recorder.tick();
      if (draw < 0.1) {
        const seen = await readAll(url, agent);
        if (!seen) return lost;
        for (const each of keys) recorder.end(each, { kind: 'read', value: seen.get(each), begun });
      } else if (draw < 0.5) {
        const response = await send(agent, 'GET', entityUrl(url, key));
        if (!response) return lost;
        recorder.end(key, { kind: 'read', value: valueIn(response, 200), begun });
      } else {
        const value = draw < 0.9 ? `${name}-${number}` : undefined;
        const response = await send(agent, value ? 'PUT' : 'DELETE', entityUrl(url, key), value);
        if (!response) {
          lost.push({ key, value, begun });
          return lost;
        }
        expectStatus(response, value ? 201 : 202);
        recorder.end(key, { kind: 'write', value, begun });
      }
    }
  } finally {
    lanes.fast.destroy();
    lanes.full.destroy();
  }
}

const oneConnection = { keepAlive: true, maxSockets: 1 };
/** Some values are long enough to come in several reads, and to be sent in several writes. */
const paddings = [0, 100, 3000, 200_000];

function paddingOf(name: string): number {
  return paddings[name.length % paddings.length] as number;
}

/** Every key that a range has, with its value; undefined if the server went away. */
export async function readAll(url: string, agent?: Agent): Promise<Map<string, Value> | undefined> {
  const response = await send(agent, 'GET', `${url}/v0/entities?start=%00`, undefined, ndjson);
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
        if (response.complete) resolve({ status: response.statusCode ?? 0, content });
      });
    });
    req.on('error', () => resolve(undefined));
    req.on('close', () => resolve(undefined));
    if (value === undefined) req.end();
    else req.end(`${value};${'.'.repeat(paddingOf(value))}`);
  });
}
