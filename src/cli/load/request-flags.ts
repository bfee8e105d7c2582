/** Parsers of the flags that say what `evenkeel load` sends, when, and what should come back. */
import { readFileSync, statSync } from 'node:fs';
import { formatBytes, UsageError } from '../../config/parsers.js';
import { type Expectation, loadLimits, type Stage } from '../../lab/load/load-options.js';
import { inputFile } from '../args/files.js';
import { duration, metric } from '../args/units.js';

export const methodToken = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

export function method(text: string): string {
  if (!methodToken.test(text)) throw new UsageError('a method such as PUT');
  if (text === 'CONNECT') throw new UsageError('a method that leaves the connection to HTTP');
  return text;
}

/** The content of each request: the text itself, or the bytes of the file after `@`. */
export function content(text: string): Uint8Array {
  if (!text.startsWith('@')) return Buffer.from(text);
  const file = inputFile(text.slice(1));
  const { size } = statSync(file);
  if (size > loadLimits.messageBytes)
    throw new UsageError(`a file of at most ${formatBytes(loadLimits.messageBytes)}`);
  return readFileSync(file);
}

/** The part of the flag that an error may show: content may be secret, a name of a file is not. */
export function withoutData(text: string): string {
  return text.startsWith('@') ? text : '…';
}

const expectRule =
  'a status (201), a class (2xx), several (200,404), or a regular expression (/ready/)';

/** Parses one expectation more: statuses add up, and content must match each expression. */
export function expectation(text: string, before: Expectation | undefined): Expectation {
  const { statuses = [], patterns = [] } = before ?? {};
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  if (source === undefined)
    return { patterns, statuses: [...statuses, ...text.split(',').map(statusRange)] };
  try {
    new RegExp(source, flags);
  } catch (error) {
    throw new UsageError(`${expectRule}: ${(error as Error).message}`);
  }
  return { statuses, patterns: [...patterns, { source, flags }] };
}

function statusRange(text: string): readonly [number, number] {
  const [, first = '', rest = ''] = /^\s*([1-9])([0-9]{2}|xx)\s*$/i.exec(text) ?? [];
  if (first === '') throw new UsageError(expectRule);
  const from = Number(first) * 100;
  return /x/i.test(rest) ? [from, from + 99] : [from + Number(rest), from + Number(rest)];
}

const stagesRule = 'rates with times, such as 1k:30s,5k:1m, or with a ramp, 0-5k:1m';
const rate = metric(0, loadLimits.rate);
const length = duration(1, loadLimits.durationMs);

export function stages(text: string): readonly Stage[] {
  const parsed = text.split(',').map(stage);
  if (parsed.length > loadLimits.stages)
    throw new UsageError(`at most ${loadLimits.stages} stages`);
  if (parsed.reduce((sum, { durationMs }) => sum + durationMs, 0) > loadLimits.durationMs)
    throw new UsageError(`stages of at most ${loadLimits.durationMs / 3_600_000}h together`);
  if (parsed.every(({ fromRate, toRate }) => fromRate + toRate === 0))
    throw new UsageError('stages of which one has a rate above 0');
  return parsed;
}

function stage(text: string): Stage {
  const [, from = '', to = from, time = ''] =
    /^\s*([^\s:-]+)(?:-([^\s:-]+))?:([^\s:]+)\s*$/.exec(text) ?? [];
  try {
    return { fromRate: rate(from), toRate: rate(to), durationMs: length(time) };
  } catch (error) {
    throw new UsageError(`${stagesRule}; in '${text}' is missing ${(error as Error).message}`);
  }
}
