/** The peer sent something that is not an HTTP/1.1 response. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  /** @param sent what it sent, one byte per character; the beginning is shown */
  constructor(what: string, sent?: string) {
    const more = sent !== undefined && sent.length > 40 ? '…' : '';
    super(sent === undefined ? what : `${what}: ${JSON.stringify(sent.slice(0, 40))}${more}`);
  }
}
