/** A client of batches, and the words that their tests are written in. */
import { expect } from 'vitest';
import { entityUrl } from '../support/http.js';
import { RawSocket } from '../support/raw-socket.js';

export interface ResultLine {
  readonly status: number;
  readonly version?: string;
  readonly existed?: boolean;
  readonly detail?: string;
  readonly line?: number;
}

export const lines = (...operations: object[]) =>
  operations.map((each) => JSON.stringify(each)).join('\n');
export const putting = (key: string, valueText = key) => ({ key, valueText });
export const numbered = (count: number) => Array.from({ length: count }, (_, i) => `key-${i}`);

export function post(base: string, body: string | Buffer, query = ''): Promise<Response> {
  return fetch(`${base}/v0/entities${query}`, { method: 'POST', body });
}

export async function resultsOf(response: Response): Promise<ResultLine[]> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  return parseLines(await response.text());
}

export function parseLines(text: string): ResultLine[] {
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The value under a key as text. */
export async function textUnder(base: string, key: string): Promise<string | undefined> {
  const response = await fetch(entityUrl(base, key));
  return response.status === 200 ? response.text() : undefined;
}

/** A batch on a connection of its own, whose content is sent in chunks. */
export async function openBatch(
  base: string,
): Promise<RawSocket & { sendLines(text: string): void }> {
  const socket = await RawSocket.connect(base);
  socket.send(
    'POST /v0/entities HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const sendLines = (text: string) =>
    socket.send(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  return Object.assign(socket, { sendLines });
}

/** The result lines on the connection so far. */
export function receivedLines(socket: RawSocket): ResultLine[] {
  return [...socket.received.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line));
}
