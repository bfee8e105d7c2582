/** How a line of an import ended, and what follows from it. */
import { printable } from '../../lab/load/printable.js';
import { DataError } from './data-error.js';
import { PassingError } from './server.js';

export interface LineResult {
  readonly status: number;
  readonly detail: string;
}

/** A failure that is the line's own: those behind it may pass. */
const ownFailures: ReadonlySet<number> = new Set([400, 412, 413, 414, 415, 431]);

/**
 * @returns what was wrong with the line; undefined: it is stored
 * @throws PassingError if it has to be sent again; DataError if no line will pass
 */
export function failureOf({ status, detail }: LineResult): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  const message = `${status}: ${printable(detail)}`;
  if (ownFailures.has(status)) return message;
  if (status === 503) throw new PassingError(`the server says ${message}`);
  throw new DataError(`the server says ${message}`);
}
