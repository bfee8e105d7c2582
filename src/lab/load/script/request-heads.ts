/**
 * Which of the requests in what a script returned are HEAD: their responses have no content. It is
 * asked at each send, so it reads the usual forms only, and leaves the rest to request-check.ts.
 */
const content = /\r\n(?:content-length:[ \t]*(\d{1,15})[ \t]*(?=\r\n)|(transfer-encoding):)/i;

/**
 * @param request one byte a character
 * @returns for each request, back to back, whether it is HEAD; undefined if this can't tell
 */
export function headsOf(request: string | Uint8Array): readonly boolean[] | undefined {
  const bytes = typeof request === 'string' ? request : asBuffer(request);
  const heads: boolean[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0) return undefined;
    const head =
      typeof bytes === 'string' ? bytes.slice(at, end + 2) : bytes.toString('latin1', at, end + 2);
    const [, length = 0, coding] = content.exec(head) ?? [];
    if (coding !== undefined || !/^[A-Za-z]/.test(head)) return undefined;
    at = end + 4 + Number(length);
    heads.push(head.startsWith('HEAD '));
  }
  return heads.length > 0 && at === bytes.length ? heads : undefined;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
