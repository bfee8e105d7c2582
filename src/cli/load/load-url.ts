/** The URL of a load run: what can be asked for, and what was probably meant. */

import { UsageError } from '../../config/parsers.js';
import { withoutSecrets } from '../../lab/load/output/secrets.js';
import { printable } from '../../lab/load/printable.js';

/** @returns the URL as it was given @throws UsageError */
export function checkUrl(given: string): string {
  const refuse = (why: string): never => {
    throw new UsageError(
      `the URL takes http://HOST[:PORT][/PATH] or https://…, got '${shown(given)}'${why}`,
    );
  };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) refuse(`; did you mean http://${shown(given)}?`);
  if (/[\s\p{Cc}]/u.test(given))
    refuse(', which has a space or a control character; write %20 for a space');
  if (!URL.canParse(given)) refuse('');
  const { protocol, username, password, port } = new URL(given);
  if (protocol !== 'http:' && protocol !== 'https:') refuse('');
  if (username !== '' || password !== '')
    refuse('; give a user and password with -H "Authorization: Basic …"');
  if (port === '0') refuse(': nothing listens on port 0');
  return given;
}

/** A URL that is none may have its password anywhere before an @. */
function shown(given: string): string {
  return printable(withoutSecrets(given.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@')));
}
