/** A range over HTTP, read as fast as it comes. */
import { once } from 'node:events';
import { get } from 'node:http';
import { keyBytes } from './wrk.js';

interface Range {
  readonly start: string;
  /** So many entities have to come. */
  readonly limit: number;
  readonly valueBytes: number;
}

/** In ms. @throws Error if it is not as long as it has to be */
export async function timeRange(url: string, { start, limit, valueBytes }: Range): Promise<number> {
  const began = performance.now();
  const target = `${url}/v0/entities?start=${start}&limit=${limit}`;
  // A connection that was idle may be closed by the server just as it is used again.
  const [response] = await once(get(target, { agent: false }), 'response');
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(response, 'end');
  const expected = limit * (keyBytes + 1 + valueBytes);
  if (bytes !== expected) throw new Error(`a range had ${bytes} bytes instead of ${expected}`);
  return performance.now() - began;
}
