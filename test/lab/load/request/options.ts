/** Options as the command line would give them, and a thread's first requests, taken apart. */
import type { LoadOptions, Workload } from '#dist/lab/load/load-options.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { workloadSource } from '#dist/lab/load/request/workload.js';

export function loadOptions(change: Partial<LoadOptions> = {}): LoadOptions {
  return { ...defaultOptions, url: 'http://127.0.0.1:8080', rate: 10_000, ...change };
}

export function workload(change: Partial<Workload> = {}): Workload {
  return {
    kind: 'workload',
    putShare: 1,
    keys: 'sequential',
    keySpace: 1000,
    valueBytes: 10,
    seed: 1,
    ...change,
  };
}

export interface Parsed {
  readonly method: string;
  readonly path: string;
  readonly key: number;
  /** The lines between the request line and the empty line. */
  readonly fields: readonly string[];
  /** One byte a character. */
  readonly body: string;
}

/** The first requests of a thread, taken apart. */
export function requests(
  count: number,
  work: Workload,
  { thread = 0, ...change }: Partial<LoadOptions> & { thread?: number } = {},
): Parsed[] {
  const source = workloadSource({ ...loadOptions(change), work }, thread);
  return Array.from({ length: count }, () => parse(source.next()));
}

export function parse(request: string | Uint8Array): Parsed {
  const text = typeof request === 'string' ? request : Buffer.from(request).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...fields] = text.slice(0, end).split('\r\n');
  const [, method = '', path = ''] = /^(\S+) (\S+) HTTP\/1\.1$/.exec(line) ?? [];
  const [, digits] = /\/v0\/entity\?id=key(\d{13})$/.exec(path) ?? [];
  return { method, path, key: Number(digits), fields, body: text.slice(end + 4) };
}
