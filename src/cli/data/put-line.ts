/** The PUT of a line that is too long for a batch. It means what it means there. */

import { escapedKey } from './key-text.js';
import type { LineResult } from './line-result.js';
import { detailOf, unlessBroken } from './server.js';

interface Line {
  readonly key?: string;
  readonly keyBase64?: string;
  readonly value?: string;
  readonly valueText?: string;
  readonly ttlMs?: number;
  readonly expires?: string;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly meta?: Readonly<Record<string, string>>;
}

/** @throws PassingError; what the signal was aborted with */
export async function putLine(url: string, text: Buffer, signal: AbortSignal): Promise<LineResult> {
  const line = parse(text);
  if (line === undefined) return { status: 400, detail: 'the line is not an object of JSON' };
  const { key, keyBase64, value, valueText } = line;
  const content = valueText === undefined ? decoded(value) : Buffer.from(valueText);
  if (content === undefined) return { status: 400, detail: 'the line has no value or valueText' };
  const id = key === undefined ? decoded(keyBase64) : Buffer.from(key);
  const ttlMs = line.expires === undefined ? line.ttlMs : leftMs(line.expires);
  const ttl = ttlMs === undefined ? '' : `&ttl=${ttlMs}ms`;
  const target = `${url}/v0/entity?id=${escapedKey(id ?? Buffer.alloc(0))}${ttl}`;
  const init = { method: 'PUT', headers: headersOf(line), body: content, signal };
  const response = await unlessBroken(url, signal, () => fetch(target, init));
  const answer = await unlessBroken(url, signal, () => response.text());
  return { status: response.status, detail: detailOf(answer) };
}

function parse(text: Buffer): Line | undefined {
  try {
    const line: unknown = JSON.parse(text.toString());
    return typeof line === 'object' && line !== null ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}

/** An entity that has expired replaces what is stored, and is gone in a moment. */
function leftMs(expires: string): number {
  return Math.max(1, Math.ceil(Date.parse(expires) - Date.now()));
}

function headersOf(line: Line): Record<string, string> {
  const headers: Record<string, string> = {};
  if (line.contentType !== undefined) headers['Content-Type'] = line.contentType;
  if (line.contentEncoding !== undefined) headers['Content-Encoding'] = line.contentEncoding;
  for (const [name, value] of Object.entries(line.meta ?? {}))
    headers[`Evenkeel-Meta-${name}`] = value;
  if (line.ifMatch !== undefined)
    headers['If-Match'] = line.ifMatch === '*' ? '*' : `"${line.ifMatch}"`;
  if (line.ifNoneMatch !== undefined) headers['If-None-Match'] = line.ifNoneMatch;
  return headers;
}

function decoded(base64: unknown): Buffer | undefined {
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
}
