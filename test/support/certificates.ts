/** The certificates of the tests: certificates/README.md says what each is. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Name =
  | 'authority'
  | 'other-authority'
  | `${'server' | 'server-2' | 'client' | 'other-client'}${'' | '-key'}`;

export function pemFile(name: Name): string {
  return fileURLToPath(new URL(`certificates/${name}.pem`, import.meta.url));
}

export function pem(name: Name): string {
  return readFileSync(pemFile(name), 'utf8');
}

/** The certificate of a server, for its options. */
export const serverTls = { cert: pemFile('server'), key: pemFile('server-key') };
