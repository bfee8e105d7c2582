/** One request on a connection of its own, its response read to the end. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Target } from './attacks.js';

export interface Exchanged {
  /** 0: it was lost, or cut by the signal. */
  readonly status: number;
  /** Bytes of content that came. */
  readonly bytes: number;
}

export async function exchange(
  { port, signal }: Target,
  method: string,
  id: string,
  content?: Buffer,
): Promise<Exchanged> {
  const path = `/v0/entity?id=${id}`;
  const outgoing = httpRequest({ port, method, path, agent: false, signal });
  try {
    outgoing.end(content);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let bytes = 0;
    for await (const piece of response) bytes += (piece as Buffer).length;
    return { status: response.statusCode ?? 0, bytes };
  } catch {
    return { status: 0, bytes: 0 };
  }
}
