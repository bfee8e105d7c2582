/**
 * Requests of import and export. They go through node:http: fetch refuses a list of ports that a
 * server may have, and can't read results while it sends.
 */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { authorizationOf, type Certificates } from '../args/server-access.js';
import { broken } from './server.js';

export interface Init {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: Buffer;
  readonly signal: AbortSignal;
}

/** A server, and how it knows us. */
export interface ServerAddress {
  readonly url: string;
  readonly token?: string | undefined;
  readonly certificates?: Certificates | undefined;
}

/** A person reads no more of a response that is not a success. */
const maxTextCharacters = 64 * 1024;

/** A request whose content is still to be written. */
export function begin(
  { url, token, certificates }: ServerAddress,
  target: string,
  init: Omit<Init, 'content'>,
): ClientRequest {
  const { method = 'GET', signal } = init;
  const headers = { ...init.headers, ...authorizationOf(token) };
  const ask = url.startsWith('https:') ? requestOverTls : request;
  const req = ask(url + target, { method, headers, signal, ...certificates });
  // Errors of the connection are told to those who wait for the response.
  return req.on('error', () => {});
}

/** @throws PassingError if no response comes; what the signal was aborted with */
export async function send(
  server: ServerAddress,
  target: string,
  init: Init,
): Promise<IncomingMessage> {
  const req = begin(server, target, init);
  req.end(init.content);
  try {
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    return res;
  } catch (error) {
    init.signal.throwIfAborted();
    throw broken(server.url, error);
  }
}

/** The content as text, or its beginning. @throws PassingError */
export async function textOf(url: string, res: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const piece of res.setEncoding('utf8')) {
      text += piece;
      if (text.length > maxTextCharacters) break;
    }
  } catch (error) {
    throw broken(url, error);
  }
  return text;
}
