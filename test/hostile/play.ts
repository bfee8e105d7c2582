/** Sends an input to a server, at once or byte by byte, and returns what came back. */
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type Response, readResponses } from './response.js';
import { crlf, request } from './rule.js';

/** `whole`: in one write. `bytes`: one byte in each write. */
export type Delivery = 'whole' | 'bytes';

export interface Seen {
  readonly responses: readonly Response[];
  /** Bytes that are not a response. */
  readonly rest: string;
  /** A server that neither responds nor closes hangs. */
  readonly end: 'closed' | 'reset' | 'hung';
}

/** The request behind each input. It ends the connection, so that nothing has to be waited for. */
const behind = request('GET /v0/status HTTP/1.1', ['Connection: close']);

/** Past it, after the last byte, a server hangs. Longer than a busy machine takes. */
const patienceMs = 20_000;
/** Turns of the event loop between two bytes: the servers of Node run in this process. */
const turnsBetweenBytes = 2;

/** @param ends whether the client ends its side in place of sending the request behind */
export async function play(
  url: string,
  bytes: string,
  delivery: Delivery,
  ends: boolean,
): Promise<Seen> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = '';
  let end: Seen['end'] = 'closed';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
  });
  socket.on('error', () => {
    end = 'reset';
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), closed]);
  const all = ends ? bytes : bytes + behind;
  if (delivery === 'whole') socket.write(all, 'latin1');
  else
    for (const byte of all) {
      if (!socket.writable) break;
      socket.write(byte, 'latin1');
      for (let turns = 0; turns < turnsBetweenBytes; turns++) await turn();
    }
  if (ends && socket.writable) socket.end();
  const timer = setTimeout(() => {
    end = 'hung';
    socket.destroy();
  }, patienceMs);
  await closed;
  clearTimeout(timer);
  const isHead = bytes.replace(/^(?:\r\n)+/, '').startsWith('HEAD ');
  return { ...readResponses(received, isHead, end === 'closed'), end };
}

/** An outcome in short, for a reader. */
export function outcomeOf({ responses, rest, end }: Seen): string {
  const statuses = responses.map(({ status }) => status).join(' ') || 'nothing';
  const odd = rest === '' ? '' : `, then ${JSON.stringify(rest.split(crlf)[0]?.slice(0, 40))}`;
  return `${statuses}${odd}, ${end}`;
}
