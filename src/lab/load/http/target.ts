/** Where connections go (TCP, TLS, or a socket in the file system), and how one is opened. */
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { TargetError } from '../load-errors.js';
import type { Certificates, LoadOptions } from '../load-options.js';

interface Tls {
  readonly serverName: string;
  readonly insecure: boolean;
  readonly certificates?: Certificates | undefined;
}

export interface Target {
  /** A host name or address, and a port; unused with a socket in the file system. */
  readonly host: string;
  readonly port: number;
  readonly unixSocket?: string | undefined;
  /** Present: TLS, with the name that the certificate must carry. */
  readonly tls?: Tls | undefined;
  /** Over TLS it is agreed on (ALPN); in the clear the server must know. */
  readonly http2?: boolean | undefined;
}

/** Takes the bytes of a connection. The buffer is reused as soon as the call returns. */
export type Sink = (buffer: Buffer, length: number) => void;

/** One for all connections of a thread: what arrives is read before anything else happens. */
const shared = Buffer.allocUnsafe(64 * 1024);

/** Begins to connect. @param ready called once bytes can be sent */
export function openSocket(target: Target, sink: Sink, ready: () => void): Socket {
  const { host, port, unixSocket, tls, http2 } = target;
  const where = unixSocket === undefined ? { host, port } : { path: unixSocket };
  if (tls) {
    const { serverName, insecure, certificates: { servername: _, ...pem } = {} } = tls;
    // SNI takes no addresses; the certificate is then checked for the address.
    const name = isIP(serverName) ? {} : { servername: serverName };
    const ALPNProtocols = [http2 ? 'h2' : 'http/1.1'];
    const socket = connectTls(
      { ...where, ...name, ...pem, rejectUnauthorized: !insecure, ALPNProtocols },
      ready,
    );
    socket.setNoDelay(true);
    return socket.on('data', (bytes: Buffer) => sink(bytes, bytes.length));
  }
  const onread = {
    buffer: shared,
    callback: (length: number) => {
      sink(shared, length);
      return true;
    },
  };
  return connect({ ...where, noDelay: true, onread }, ready);
}

const noHttp2 = 'the server does not take HTTP/2 over TLS (ALPN h2)';

/** Why HTTP/2 can't begin on a socket that is ready; undefined if it can. */
export function http2Fault(socket: Socket): string | undefined {
  return socket instanceof TLSSocket && socket.alpnProtocol !== 'h2' ? noHttp2 : undefined;
}

/** Where the URL's host may be, in the system's order. @throws TargetError */
export async function resolveTargets(options: LoadOptions): Promise<readonly Target[]> {
  const { unixSocket, insecure, certificates } = options;
  const http2 = options.http2 !== undefined;
  const { protocol, hostname, port: given } = new URL(options.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const port = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  const serverName = certificates?.servername ?? host;
  const tls = protocol === 'https:' ? { serverName, insecure, certificates } : undefined;
  if (unixSocket !== undefined) return [{ host, port, unixSocket, tls, http2 }];
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => ({ host: address, port, tls, http2 }));
  } catch (error) {
    throw new TargetError(`can't find the host ${host}: ${(error as Error).message}; misspelt?`);
  }
}

/** The first that takes a connection. @throws TargetError if none does */
export async function firstOpen(
  targets: readonly Target[],
  { url, timeoutMs }: LoadOptions,
): Promise<Target> {
  const failures = new Set<string>();
  for (const target of targets) {
    const failure = await tryConnect(target, timeoutMs);
    if (failure === undefined) return target;
    failures.add(failure);
  }
  const where = targets[0]?.unixSocket ?? new URL(url).host;
  throw new TargetError(`can't connect to ${where}: ${[...failures].join('; ')}; is it running?`);
}

/** Returns what went wrong, or undefined. */
function tryConnect(target: Target, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const done = (failure?: string) => {
      clearTimeout(timer);
      socket.on('error', () => {}).destroy();
      resolve(failure);
    };
    const timer = setTimeout(() => done(`no connection within ${timeoutMs} ms`), timeoutMs);
    const socket: Socket = openSocket(
      target,
      () => {},
      () => done(target.http2 ? http2Fault(socket) : undefined),
    ).on('error', (error) => done(reasonOf(error)));
  });
}

/** OpenSSL's own message helps only those who debug OpenSSL. */
export function reasonOf(error: Error): string {
  const { library, reason } = error as { library?: string; reason?: string };
  if (reason?.includes('no application protocol')) return noHttp2;
  return library === 'SSL routines' ? `no TLS: ${reason}` : error.message;
}
