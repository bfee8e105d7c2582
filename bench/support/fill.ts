/**
 * Stores entities through a server's own door as fast as it takes them: many connections, for a server may take the requests of one in
 * turn, each with a few that are sent before the first of them is answered. Numbers rise over all connections together.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { keyOf } from './wrk.js';

/** A way to write one entity, and to count the answers in what comes back. */
export interface Language {
  readonly request: (number: number) => string;
  /** How many answers a piece of text ends. @throws Error on an answer that is a refusal */
  readonly answers: (text: string) => number;
}

export interface Fill {
  readonly port: number;
  readonly entities: number;
  readonly language: () => Language;
  readonly connections?: number;
  readonly window?: number;
}

export async function fill({
  port,
  entities,
  language,
  connections = 256,
  window = 4,
}: Fill): Promise<void> {
  let next = 0;
  const one = async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    await once(socket, 'connect');
    const { request, answers } = language();
    let open = 0;
    const send = () => {
      let bytes = '';
      for (; open < window && next < entities; open++) bytes += request(next++);
      if (bytes !== '') socket.write(bytes, 'latin1');
      else if (open === 0) socket.end();
    };
    await new Promise<void>((resolve, reject) => {
      socket.on('data', (text: string) => {
        try {
          open -= answers(text);
        } catch (error) {
          socket.destroy(error as Error);
        }
        // In halves: a window that is refilled answer by answer is many small writes.
        if (open <= window / 2) send();
      });
      socket.on('error', reject);
      socket.on('close', () =>
        open > 0 ? reject(new Error(`${open} requests got no answer`)) : resolve(),
      );
      send();
    });
  };
  await Promise.all(Array.from({ length: connections }, one));
}

/** PUT of `before` + key; the servers answer 201 without a body. */
export function httpPut(
  before: string,
  value: string,
  key: (number: number) => string = keyOf,
): () => Language {
  const rest = ` HTTP/1.1\r\nHost: a\r\nContent-Length: ${value.length}\r\n\r\n${value}`;
  return () => {
    let kept = '';
    return {
      request: (number) => `PUT ${before}${key(number)}${rest}`,
      answers: (text) => {
        const heads = (kept + text).split('\r\n\r\n');
        kept = heads.pop() ?? '';
        for (const head of heads)
          if (!head.startsWith('HTTP/1.1 201 ')) throw new Error(`a PUT was answered with ${head}`);
        return heads.length;
      },
    };
  };
}

/** SET in Redis' own protocol. */
export function redisSet(value: string): () => Language {
  const rest = `\r\n$${value.length}\r\n${value}\r\n`;
  return () => {
    let kept = '';
    return {
      request: (number) => {
        const key = keyOf(number);
        return `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}${rest}`;
      },
      answers: (text) => {
        const lines = (kept + text).split('\r\n');
        kept = lines.pop() ?? '';
        for (const line of lines)
          if (line !== '+OK') throw new Error(`a SET was answered with ${line}`);
        return lines.length;
      },
    };
  };
}
