/** Refuses heads that llhttp accepts, in some of its versions, and RFC 9112 or a limit does not. */
import type { IncomingMessage } from 'node:http';
import type { Limits } from '../../config/limits.js';
import type { RequestFields } from '../api/operations.js';
import { Problem } from '../api/problem.js';
import { headTooLong, targetTooLong } from './parser-problem.js';

/** A field name (RFC 9110 § 5.6.2, token). */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const noTarget = /[^\x21-\x7e]/;

/**
 * @throws Problem 431 on too many fields, or on a target and fields that are too long together;
 *   414 on a target that is too long alone; 400 on a version other than 1.0 or 1.1, a target that
 *   is not printable ASCII, a bad field name, a second Host or none in HTTP/1.1 (§ 3.2), a transfer
 *   coding other than chunked, or any in HTTP/1.0 (§ 6.1)
 */
export function checkHead(req: IncomingMessage, { maxHeaderFields, maxHeaderBytes }: Limits): void {
  const { rawHeaders, httpVersion, url = '' } = req;
  if (rawHeaders.length / 2 > maxHeaderFields)
    throw new Problem(
      431,
      `a request has at most ${maxHeaderFields} header fields here; send fewer`,
    );
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    throw untrusted(`this server speaks HTTP/1.1 and HTTP/1.0, not ${httpVersion}`);
  if (noTarget.test(url))
    throw untrusted(
      'the request target holds a byte that is not printable ASCII; percent-encode it',
    );
  let bytes = url.length;
  if (bytes >= maxHeaderBytes) throw targetTooLong();
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (!token.test(name))
      throw untrusted(`${JSON.stringify(name)} is not a name of a header field`);
    bytes += name.length + (rawHeaders[at + 1] as string).length;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (bytes >= maxHeaderBytes) throw headTooLong();
  if (hosts > 1) throw untrusted('the request has more than one Host field; send one');
  if (hosts === 0 && httpVersion === '1.1')
    throw untrusted('the request has no Host field; HTTP/1.1 needs one');
  checkTransferCoding(req);
}

function checkTransferCoding({ headers, httpVersion }: IncomingMessage): void {
  const fields: RequestFields = headers;
  const coding = fields['transfer-encoding'];
  if (coding === undefined) return;
  if (httpVersion === '1.0')
    throw untrusted('HTTP/1.0 has no Transfer-Encoding; send a Content-Length');
  if (String(coding).toLowerCase() !== 'chunked')
    throw untrusted(`the only transfer coding known is chunked, got ${JSON.stringify(coding)}`);
}

/** The sender, or a proxy, may see the end of the request elsewhere. */
export function untrusted(detail: string): Problem {
  return new Problem(400, detail, { closes: true });
}
