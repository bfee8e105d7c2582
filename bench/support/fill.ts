/**
 * Stores entities through a server's own port as fast as it takes them: many connections, each with
 * a window of requests. Keys are numbered over all connections together, so they are sent rising.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { keyOf } from './wrk.js';

export interface Protocol {
  readonly request: (number: number) => string;
  /** Every response ends with this, and with it only. */
  readonly end: string;
  /** Every response begins with this. Any other one is a failure. */
  readonly success: string;
}

export interface Fill {
  readonly port: number;
  readonly entities: number;
  readonly protocol: Protocol;
  readonly connections?: number;
  /** Requests that a connection has in flight at most. */
  readonly window?: number;
}

export async function fill(options: Fill): Promise<void> {
  const { port, entities, protocol, connections = 256, window = 4 } = options;
  let next = 0;
  const one = async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    await once(socket, 'connect');
    let open = 0;
    let rest = '';
    const send = () => {
      let bytes = '';
      for (; open < window && next < entities; open++) bytes += protocol.request(next++);
      if (bytes !== '') socket.write(bytes, 'latin1');
      else if (open === 0) socket.end();
    };
    socket.on('data', (text: string) => {
      const responses = (rest + text).split(protocol.end);
      rest = responses.pop() ?? '';
      const bad = responses.find((response) => !response.startsWith(protocol.success));
      if (bad !== undefined) socket.destroy(new Error(`the response to a write was ${bad}`));
      open -= responses.length;
      // A window that is refilled response by response would be many small writes.
      if (open <= window / 2) send();
    });
    send();
    await once(socket, 'close');
    if (open > 0) throw new Error(`${open} requests got no response`);
  };
  await Promise.all(Array.from({ length: connections }, one));
}

/** PUTs to a server that answers 201 without content. */
export function httpPut(valueBytes: number, key: (number: number) => string = keyOf): Protocol {
  const fields = `Host: localhost\r\nContent-Length: ${valueBytes}`;
  const rest = ` HTTP/1.1\r\n${fields}\r\n\r\n${'v'.repeat(valueBytes)}`;
  const request = (number: number) => `PUT /v0/entity?id=${key(number)}${rest}`;
  return { request, end: '\r\n\r\n', success: 'HTTP/1.1 201 ' };
}

/** SETs in the protocol of Redis. */
export function redisSet(valueBytes: number): Protocol {
  const rest = `\r\n$${valueBytes}\r\n${'v'.repeat(valueBytes)}\r\n`;
  const request = (number: number) => `*3\r\n$3\r\nSET\r\n$16\r\n${keyOf(number)}${rest}`;
  return { request, end: '\r\n', success: '+OK' };
}
