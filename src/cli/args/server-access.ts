/** How a command shows a server who it is: a token and certificates, always by their files. */
import { readFileSync } from 'node:fs';
import { optional, text, UsageError } from '../../config/parsers.js';
import { inputFile } from './files.js';

/** Parses the name of a file with a token to the token. No error quotes what stands in it. */
function tokenOf(file: string): string {
  const [, token] = /^([!-~]+)\r?\n?$/.exec(readFileSync(inputFile(file), 'latin1')) ?? [];
  if (token === undefined) throw new UsageError('a file that holds one token, on one line');
  return token;
}

/** Parses the name of a file of PEM to its text. */
function pemOf(file: string): string {
  const pem = readFileSync(inputFile(file), 'latin1');
  if (!pem.includes('-----BEGIN ')) throw new UsageError('a file of PEM');
  return pem;
}

export const tokenFlag = {
  'token-file': {
    value: 'FILE',
    help: 'file with the token to send, for a server with --tokens',
    ...optional(tokenOf),
  },
};

export const certificateFlags = {
  cacert: {
    value: 'FILE',
    help: "authority that the server's certificate must be of, as PEM",
    ...optional(pemOf),
  },
  cert: {
    value: 'FILE',
    help: 'certificate to show to the server, as PEM, with --key',
    ...optional(pemOf),
  },
  key: {
    value: 'FILE',
    help: 'the private key of --cert',
    ...optional(pemOf),
  },
  servername: {
    value: 'NAME',
    help: "name that the server's certificate must carry (that of the URL)",
    ...optional(text('a host name')),
  },
};

interface CertificateValues {
  readonly cacert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly servername: string | undefined;
}

export interface Certificates {
  /** PEM, as are the next two. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** @throws UsageError */
export function certificatesOf(
  { cacert, cert, key, servername }: CertificateValues,
  url: string,
): Certificates {
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('--cert and --key go together; give both');
  const certificates = {
    ...(cacert !== undefined && { ca: cacert }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(servername !== undefined && { servername }),
  };
  if (Object.keys(certificates).length > 0 && !/^https:/i.test(url))
    throw new UsageError('--cacert, --cert, --key and --servername are for a URL with https:');
  return certificates;
}

/** The field that carries a token. */
export function authorizationOf(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}
