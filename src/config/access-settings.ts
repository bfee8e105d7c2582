/** The settings of who may ask a server: its tokens and certificates. */
import { optional, text, UsageError } from './parsers.js';

const pem = 'path of a PEM file, relative to the working directory';

export const accessSettings = {
  tokens: {
    value: 'FILE',
    help: 'tokens, of which each request needs one; see evenkeel token',
    defaultText: 'none',
    unit: 'path of a JSON file, relative to the working directory',
    cost: 'nothing; the file is read again when it changes, and at SIGHUP',
    ...optional(text('a file')),
  },
  'tls-cert': {
    value: 'FILE',
    help: "the server's certificate; turns on TLS 1.2 and 1.3, with --tls-key",
    defaultText: 'no TLS',
    unit: pem,
    cost: 'CPU time for each request and connection',
    ...optional(text('a file')),
  },
  'tls-key': {
    value: 'FILE',
    help: 'the private key of the certificate',
    defaultText: 'no TLS',
    unit: pem,
    cost: 'nothing',
    ...optional(text('a file')),
  },
  'tls-client-ca': {
    value: 'FILE',
    help: "authority of clients' certificates; others are not let in",
    defaultText: 'any client',
    unit: pem,
    cost: 'CPU time for each connection',
    ...optional(text('a file')),
  },
} as const;

/** The files of TLS. @throws UsageError if one is missing */
export function tlsOf({
  cert,
  key,
  clientCa,
}: Partial<Record<'cert' | 'key' | 'clientCa', string | undefined>>) {
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('--tls-cert and --tls-key go together; give both');
  if (cert !== undefined && key !== undefined)
    return { cert, key, ...(clientCa !== undefined && { clientCa }) };
  if (clientCa !== undefined)
    throw new UsageError('--tls-client-ca needs --tls-cert and --tls-key');
  return undefined;
}
