/**
 * The log of `evenkeel serve`: a line for each event of its life, for each error, and for requests
 * if they are asked for.
 */
import { type Reload, reloadText } from '../../server/access/reload.js';
import type { LoggedRequest } from '../../server/statistics/access-log.js';
import { StoreError } from '../../store/store.js';

/** `damage`: a stored record fails its checksum. `failure`: the store takes no more writes. */
export type LogEvent =
  | 'start'
  | 'ready'
  | 'reload'
  | 'drain'
  | 'stop'
  | 'disk-full'
  | 'disk-space'
  | 'damage'
  | 'failure'
  | 'warning'
  | 'error'
  | 'request';

export type Level = 'info' | 'warn' | 'error';

export interface Line {
  readonly level: Level;
  readonly event: LogEvent;
  /** For a person to read. */
  readonly text: string;
  /** For programs. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

export interface Log {
  write(line: Line): void;
  /** Writes what waits. Nothing may be written after. */
  close(): void;
}

/** The line of an error that needs the operator, as `serve` reports it. */
export function errorLine(error: unknown): Line {
  if (error instanceof StoreError) {
    const event = error.code === 'damaged' ? 'damage' : 'failure';
    return { level: 'error', event, text: error.message, fields: { code: error.code } };
  }
  // The library's way to pass a warning on.
  const [, warning] = /^warning: (.*)$/s.exec(String(error)) ?? [];
  if (warning !== undefined) return { level: 'warn', event: 'warning', text: warning };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { level: 'error', event: 'error', text };
}

export function fullLine(isFull: boolean): Line {
  return isFull
    ? {
        level: 'warn',
        event: 'disk-full',
        text: 'the disk is full: writes get 507 until there is space; reads and deletions go on',
      }
    : { level: 'warn', event: 'disk-space', text: 'the disk has space again: writes are stored' };
}

export function reloadLine(reload: Reload): Line {
  const { what, refusal } = reload;
  const level = refusal === undefined ? 'info' : 'warn';
  const fields = { what, taken: refusal === undefined };
  return { level, event: 'reload', text: reloadText(reload), fields };
}

export function requestLine({ ms, ...request }: LoggedRequest): Line {
  const { method, operation, status } = request;
  const key = request.key ?? request.start ?? '';
  const durationMs = Math.round(ms * 1000) / 1000;
  return {
    level: 'info',
    event: 'request',
    text: `${method} ${operation} ${key} ${status ?? 'gone'} ${durationMs} ms`,
    fields: { ...request, durationMs },
  };
}
