/** The request of its own of a line that is too long for a batch. It means what it means there. */
import { maxImportLineBytes, maxValueLimit } from '../../config/limits.js';
import { operationOf } from '../../server/api/batch/operation-line.js';
import { metaPrefix } from '../../server/api/kept-fields.js';
import { Problem } from '../../server/api/problem.js';
import type { Condition, EntityFields, Operation } from '../../store/store.js';
import { escapedKey } from './key-text.js';
import type { LineResult } from './line-result.js';
import { type Init, type ServerAddress, send, textOf } from './request.js';
import { detailOf, notEvenkeel } from './server.js';

/** The server decides what it can do, and how large a value may be. */
const context = {
  capabilities: { conditions: true, maxExpiresMs: undefined },
  line: { max: maxImportLineBytes, limit: undefined },
  maxValueBytes: maxValueLimit,
  now: Date.now,
};

/**
 * @param text undefined: it is longer than a line may be
 * @throws PassingError; DataError if it is another server; what the signal was aborted with
 */
export async function putLine(
  server: ServerAddress,
  text: Buffer | undefined,
  signal: AbortSignal,
): Promise<LineResult> {
  if (text === undefined)
    return { status: 413, detail: `a line has at most ${maxImportLineBytes} bytes` };
  let operation: Operation;
  try {
    operation = operationOf(text, context);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { status: error.status, detail: error.message };
  }
  const { target, init } = requestOf(operation);
  const res = await send(server, target, { ...init, signal });
  const status = res.statusCode ?? 0;
  const content = await textOf(server.url, res);
  if (status < 300 && status !== (operation.kind === 'put' ? 201 : 202))
    throw notEvenkeel(server.url, res);
  return { status, detail: status < 300 ? '' : detailOf(status, content) };
}

function requestOf(operation: Operation): { target: string; init: Omit<Init, 'signal'> } {
  const target = `/v0/entity?id=${escapedKey(operation.key)}`;
  const condition = conditionOf(operation.options?.condition);
  if (operation.kind === 'delete')
    return { target, init: { method: 'DELETE', headers: condition } };
  const { ttlMs, fields } = operation.options ?? {};
  const headers = { ...condition, ...headersOf(fields) };
  return {
    target: ttlMs === undefined ? target : `${target}&ttl=${ttlMs}ms`,
    init: { method: 'PUT', headers, content: Buffer.concat(operation.value) },
  };
}

function conditionOf(condition: Condition | undefined): Record<string, string> {
  if (condition === undefined) return {};
  if (condition.kind === 'absent') return { 'If-None-Match': '*' };
  if (condition.kind === 'present') return { 'If-Match': '*' };
  return { 'If-Match': condition.versions.map((version) => `"${version}"`).join(', ') };
}

function headersOf({ contentType, contentEncoding, meta }: EntityFields = {}) {
  const headers: Record<string, string> = {};
  if (contentType !== undefined) headers['Content-Type'] = contentType;
  if (contentEncoding !== undefined) headers['Content-Encoding'] = contentEncoding;
  for (const [name, value] of Object.entries(meta ?? {})) headers[metaPrefix + name] = value;
  return headers;
}
