import { UsageError } from '../../config/parsers.js';

/** Parses the address of an admin port. */
export function adminUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:') throw new UsageError('an address such as http://127.0.0.1:9001');
  return url.origin;
}
