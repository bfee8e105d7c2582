/** Why a server can't listen, in words. Apart from the server, which takes time to load. */

/** The server can't listen on the address. The message says which, why, and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export function listenError(error: NodeJS.ErrnoException, where: ListenPlace): ListenError {
  return new ListenError(textOf(error, where), { cause: error });
}

/** An address, or a socket that the process was given. */
export type ListenPlace =
  | { readonly host: string; readonly port: number }
  | { readonly fd: number };

function textOf({ code, message }: NodeJS.ErrnoException, place: ListenPlace): string {
  if ('fd' in place)
    return (
      `can't listen on descriptor ${place.fd}: ${message}; pass a TCP socket that listens, ` +
      'for example by a systemd socket unit with ListenStream=127.0.0.1:8080'
    );
  const { host, port } = place;
  const where = `port ${port} on ${host}`;
  if (code === 'EADDRINUSE')
    return `${where} is in use; stop the other program, or choose another with --port`;
  if (code === 'EACCES')
    return `this user may not listen on ${where}; choose a port above 1023 with --port`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is not an address of this machine; choose another with --host`;
  return `can't listen on ${where}: ${message}`;
}
