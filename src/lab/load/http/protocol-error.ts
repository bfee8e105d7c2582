/** The peer sent something that is not an HTTP/1.1 response. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  /** @param bytes what it sent; the beginning is shown */
  constructor(what: string, bytes?: Uint8Array) {
    super(bytes === undefined ? what : `${what}: ${excerpt(bytes)}`);
  }
}

function excerpt(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 40)).toString('latin1');
  return JSON.stringify(text) + (bytes.length > 40 ? '…' : '');
}
