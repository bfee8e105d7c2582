/** The server of an import or export, on the command line. */
import { withDefault } from '../../config/parsers.js';
import type { Values } from '../args/flags.js';
import { certificateFlags, certificatesOf, tokenFlag } from '../args/server-access.js';
import type { ServerAddress } from './request.js';
import { defaultUrl, serverUrl } from './server.js';

export const serverFlags = {
  url: {
    value: 'URL',
    help: 'the server',
    ...withDefault(serverUrl, defaultUrl),
  },
  ...tokenFlag,
  ...certificateFlags,
};

/** @throws UsageError */
export function serverAddress(values: Values<typeof serverFlags>): ServerAddress {
  const { url, 'token-file': token } = values;
  return { url, token, certificates: certificatesOf(values, url) };
}
