/**
 * Stores a great many entities through HTTP: many connections, each with a window of pipelined
 * PUTs.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface BulkLoad {
  readonly entities: number;
  readonly path: (number: number) => string;
  readonly value: (number: number) => string;
  readonly connections?: number;
  /** PUTs on one connection that are sent before the first of them is answered. */
  readonly window?: number;
}

/** Resolves when every PUT has its 201. @throws Error on any other response */
export async function bulkLoad(base: string, load: BulkLoad): Promise<void> {
  const { connections = 128 } = load;
  let next = 0;
  const take = () => (next < load.entities ? next++ : undefined);
  await Promise.all(Array.from({ length: connections }, () => loadOver(base, load, take)));
}

async function loadOver(
  base: string,
  load: BulkLoad,
  take: () => number | undefined,
): Promise<void> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  await once(socket, 'connect');
  let open = 0;
  let rest = '';
  const fill = () => {
    let bytes = '';
    while (open < (load.window ?? 16)) {
      const number = take();
      if (number === undefined) break;
      const value = load.value(number);
      bytes +=
        `PUT ${load.path(number)} HTTP/1.1\r\n` +
        `Host: localhost\r\nContent-Length: ${value.length}\r\n\r\n${value}`;
      open++;
    }
    if (bytes !== '') socket.write(bytes, 'latin1');
    else if (open === 0) socket.end();
  };
  return new Promise((resolve, reject) => {
    socket.on('data', (text: string) => {
      // A 201 has no content, so every response ends with its head.
      const heads = (rest + text).split('\r\n\r\n');
      rest = heads.pop() ?? '';
      for (const head of heads) {
        if (!head.startsWith('HTTP/1.1 201 ')) {
          socket.destroy(new Error(`the response to a PUT was ${head}`));
          return;
        }
        open--;
      }
      fill();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (open > 0) reject(new Error(`the connection ended with ${open} PUTs unanswered`));
      else resolve();
    });
    fill();
  });
}
