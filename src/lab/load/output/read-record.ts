/** Reads a record back. The text may be of any file: all of it is checked. */
import * as v from 'valibot';
import { decodeHistogram } from '../histogram/encoding.js';
import { RecordError } from '../load-errors.js';
import { type LoadRecord, loadRecord, schemaVersion } from '../result/load-record.js';
import { latencyParts } from '../result/result.js';

/** @param file the name that messages begin with @throws RecordError naming file and field */
export function readRecord(text: string, file: string): LoadRecord {
  const fail = (fault: string, cause?: unknown) => new RecordError(`${file}: ${fault}`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(`it is not JSON: ${(error as Error).message}`, error);
  }
  const version = (value as { schema?: unknown } | null)?.schema;
  if (version === undefined)
    throw fail("it is not the record of a load run: it has no field 'schema'");
  if (version !== schemaVersion)
    throw fail(
      `its schema is ${JSON.stringify(version)}, and this version reads "${schemaVersion}"`,
    );
  const { issues, output: record } = v.safeParse(loadRecord, value, { abortEarly: true });
  if (issues) throw fail(faultOf(issues[0]));
  for (const part of latencyParts) {
    const { count, histogram } = record[part] ?? {};
    if (histogram === undefined) continue;
    let held: number;
    try {
      held = decodeHistogram(histogram).count;
    } catch (error) {
      throw fail(`${part}.histogram cannot be read: ${(error as Error).message}`, error);
    }
    if (held !== count)
      throw fail(`${part}.histogram holds ${held} values, but ${part}.count is ${count}`);
  }
  return record;
}

function faultOf({ path, message, received, input }: v.BaseIssue<unknown>): string {
  const steps = path?.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${key}`)) ?? [];
  const field = steps.join('').slice(1);
  // JSON has no undefined.
  if (received === 'undefined') return `${field} is missing`;
  return `${field} ${message}, and is ${describe(input)}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
