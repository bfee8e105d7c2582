/** How a line of an import ended, and what follows from it. */
import { printable } from '../../lab/load/printable.js';
import { DataError } from './data-error.js';
import { mayPass, PassingError } from './server.js';

export interface LineResult {
  readonly status: number;
  readonly detail: string;
}

/** @throws DataError if the line of a response is not a result */
export function parseResult(text: string): LineResult {
  try {
    const { status, detail } = JSON.parse(text) as { status?: unknown; detail?: unknown };
    if (typeof status === 'number') return { status, detail: String(detail ?? '') };
  } catch {
    // It is not one of our servers.
  }
  throw new DataError('the server sent a line that is not a result; is --url right?');
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
  if (mayPass(status)) throw new PassingError(`the server says ${message}`);
  throw new DataError(`the server says ${message}`);
}
