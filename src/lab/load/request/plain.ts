/** The plain request: a GET of the URL, the same each time. */
import type { LoadOptions } from '../load-options.js';
import { formatHead } from './head.js';
import type { RequestSource } from './request-source.js';

export function plainSource(options: LoadOptions): RequestSource {
  const { pathname, search } = new URL(options.url);
  const request = formatHead('GET', pathname + search, options);
  return { requestsPerSend: 1, next: () => request };
}
