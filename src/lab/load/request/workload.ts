/**
 * A workload without a script: PUT and GET of /v0/entity?id=KEY below the URL's path. All that is
 * random follows from the seed and the thread's number, so a run can be run again.
 */
import type { LoadOptions, Workload } from '../load-options.js';
import { formatHead } from './head.js';
import { formatKey, keyNumbers } from './keys.js';
import { type Random32, randomFrom } from './random.js';
import { byteValues, textValues } from './random-values.js';
import type { RequestSource } from './request-source.js';
import { requestTarget } from './request-target.js';

/** Longest value sent as text: with its head, Node writes it without allocating (16 KiB). */
const textBytes = 15 * 1024;

/** @param options with a workload as their work @param thread from 0 to options.threads − 1 */
export function workloadSource(options: LoadOptions, thread: number): RequestSource {
  const { work, threads } = options;
  if (work.kind !== 'workload')
    throw new TypeError(`a workload is wanted, got work of the kind ${work.kind}`);
  if (!(thread >= 0 && thread < threads))
    throw new RangeError(`thread ${thread} is none of 0 to ${threads - 1}`);
  const random = randomFrom(work.seed, thread);
  const nextKey = keyNumbers(work, thread, threads, random);
  const get = getRequest(options);
  const put = putRequest(options, work, random);
  // A share of 2^32: exact for 0 and 1.
  const puts = work.putShare * 2 ** 32;
  const isPut = puts === 0 ? () => false : puts === 2 ** 32 ? () => true : () => random() < puts;
  return {
    requestsPerSend: 1,
    next: () => (isPut() ? put(formatKey(nextKey())) : get(formatKey(nextKey()))),
  };
}

type Request = (key: string) => string | Uint8Array;

function getRequest(options: LoadOptions): Request {
  const [before, after] = around('GET', options);
  return (key) => before + key + after;
}

function putRequest(options: LoadOptions, { valueBytes }: Workload, random: Random32): Request {
  const [before, after] = around('PUT', options, valueBytes);
  if (valueBytes <= textBytes) {
    const value = textValues(valueBytes, random);
    return (key) => before + key + after + value();
  }
  const copyValue = byteValues(valueBytes, random);
  return (key) => {
    const head = before + key + after;
    const request = Buffer.allocUnsafeSlow(head.length + valueBytes);
    request.write(head, 'latin1');
    copyValue(request, head.length);
    return request;
  };
}

/** The head of a request before and after its key. */
function around(method: string, options: LoadOptions, contentLength?: number): [string, string] {
  const [base = ''] = requestTarget(options.url).split('?');
  const path = `${base.replace(/\/+$/, '')}/v0/entity?id=`;
  const head = formatHead(method, path, options, contentLength);
  const end = method.length + 1 + path.length;
  return [head.slice(0, end), head.slice(end)];
}
