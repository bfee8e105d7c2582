/** From the Authorization field of a request to its permit (RFC 6750 § 2.1). */
import type { IncomingMessage } from 'node:http';
import { doubledToken, missingToken, Permit, unknownToken } from './permit.js';
import { digestOf, type Tokens } from './tokens.js';

/** The scheme in any case, one space, and a token without spaces. */
const credentials = /^bearer ([!-~]+)$/i;

/** @throws Problem 401 if no token stands there that is known; 400 on a second field */
export function permitOf({ rawHeaders }: IncomingMessage, tokens: Tokens): Permit {
  let value: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== 'authorization') continue;
    if (value !== undefined) throw doubledToken();
    value = rawHeaders[at + 1] ?? '';
  }
  if (value === undefined) throw missingToken();
  const [, token] = credentials.exec(value) ?? [];
  if (token === undefined) throw unknownToken();
  const permit = new Permit(tokens, digestOf(token));
  if (!permit.stands) throw unknownToken();
  return permit;
}
