/** Where connections go, and how one is opened: TCP, TLS, or a socket in the file system. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Target {
  /** A host name or address, and a port; unused with a socket in the file system. */
  readonly host: string;
  readonly port: number;
  readonly unixSocket?: string | undefined;
  /** Present: TLS, with the name that the certificate must carry. */
  readonly tls?: { readonly serverName: string; readonly insecure: boolean } | undefined;
}

/** Where the bytes of a connection go. The buffer is reused as soon as the call returns. */
export type Sink = (buffer: Buffer, length: number) => void;

/** One for all connections of a thread: what arrives is read before anything else happens. */
const shared = Buffer.allocUnsafe(64 * 1024);

/** Begins to connect. @param ready called once bytes can be sent */
export function openSocket(target: Target, sink: Sink, ready: () => void): Socket {
  const { host, port, unixSocket, tls } = target;
  const where = unixSocket === undefined ? { host, port } : { path: unixSocket };
  if (tls) {
    const { serverName, insecure } = tls;
    // An address can't be asked for by name; the certificate is then checked for the address.
    const name = isIP(serverName) ? {} : { servername: serverName };
    const socket = connectTls(
      { ...where, ...name, rejectUnauthorized: !insecure, ALPNProtocols: ['http/1.1'] },
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
