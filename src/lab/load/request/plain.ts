/** Requests without a script or a workload: the same one each time, or those of a list in turns. */
import type { ListedRequest, LoadOptions } from '../load-options.js';
import { formatHead } from './head.js';
import type { RequestSource } from './request-source.js';
import { requestTarget } from './request-target.js';

/** Longest content sent as text: with its head, Node writes it without allocating (16 KiB). */
const textBytes = 15 * 1024;

/** Methods whose requests have content, so that a length of 0 says something (RFC 9110, 8.6). */
const withContent = /^(POST|PUT|PATCH)$/;

/** @param options with plain work @param thread from 0 to options.threads − 1 */
export function plainSource(options: LoadOptions, thread = 0): RequestSource {
  const { work, threads } = options;
  if (work.kind !== 'plain') throw new TypeError(`plain work is wanted, got ${work.kind}`);
  const method = work.method ?? (work.content ? 'POST' : 'GET');
  const make = requestOf(options, work.content);
  if (!work.list) {
    const request = make({ method, target: requestTarget(options.url) });
    return { requestsPerSend: 1, next: () => request };
  }
  const { list } = work;
  let next = thread;
  return {
    requestsPerSend: 1,
    next: () => {
      const listed = list[next % list.length] as ListedRequest;
      next += threads;
      return make(listed);
    },
  };
}

/** Makes a request. All but its first line is the same each time, or one of two. */
function requestOf(
  options: LoadOptions,
  content: Uint8Array | undefined,
): (request: ListedRequest) => string | Uint8Array {
  const firstLine = ({ method, target }: ListedRequest) => `${method} ${target}`;
  const restOf = (length: number | undefined) =>
    formatHead('', '', options, length).slice(firstLine({ method: '', target: '' }).length);
  const [none, empty] = [restOf(undefined), restOf(0)];
  if (content === undefined)
    return (request) => firstLine(request) + (withContent.test(request.method) ? empty : none);
  const rest = Buffer.concat([Buffer.from(restOf(content.length), 'latin1'), content]);
  if (content.length <= textBytes) {
    const text = rest.toString('latin1');
    return (request) => firstLine(request) + text;
  }
  return (request) => Buffer.concat([Buffer.from(firstLine(request), 'latin1'), rest]);
}
