/** Requests over TLS, by a client that trusts the authority of the tests. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { pem } from './certificates.js';

export interface TlsAnswer {
  readonly status: number;
  readonly content: Buffer;
  readonly socket: TLSSocket;
}

/** @throws what the connection ends with */
export async function askTls(
  url: string,
  { content, ...options }: RequestOptions & { readonly content?: string | Buffer } = {},
): Promise<TlsAnswer> {
  const length = content === undefined ? {} : { 'Content-Length': content.length };
  const headers = { ...length, ...(options.headers as Record<string, string>) };
  const sent = request(url.replace('127.0.0.1', 'localhost'), {
    ca: pem('authority'),
    agent: false,
    ...options,
    headers,
  });
  sent.end(content);
  const [res] = (await once(sent, 'response')) as [IncomingMessage];
  const socket = res.socket as TLSSocket;
  return { status: res.statusCode ?? 0, content: await buffer(res), socket };
}
