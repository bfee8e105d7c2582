/** Samples a process over its admin port, as `evenkeel serve --admin-port` opens one. */
import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { ProfileError } from '../profile-errors.js';
import type { Recording } from '../sampling/recording.js';
import { type AdminStatus, adminPaths } from './admin-protocol.js';

/** An admin port. */
export interface AdminAddress {
  /** As serve prints it, for example `http://127.0.0.1:9001`. */
  readonly url: string;
  /** That of an admin, if the server takes tokens only. */
  readonly token?: string | undefined;
}

interface SampleRequest {
  readonly kind: Recording['kind'];
  /** From 1 to {@link maxSeconds}. */
  readonly seconds: number;
  /** Gives the sampling up. */
  readonly signal?: AbortSignal;
}

/** @throws ProfileError `admin`, `busy` */
export function sampleOver(admin: AdminAddress, { kind, seconds, signal }: SampleRequest) {
  const path = `${adminPaths.profile}?kind=${kind}&seconds=${seconds}`;
  return send<Recording>(admin, path, 'POST', signal);
}

/** @throws ProfileError `admin` */
export function statusOver(admin: AdminAddress): Promise<AdminStatus> {
  return send(admin, adminPaths.status, 'GET', AbortSignal.timeout(10_000));
}

async function send<Content>(
  { url: base, token }: AdminAddress,
  path: string,
  method: string,
  signal?: AbortSignal,
): Promise<Content> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const init = { method, headers, ...(signal && { signal }) };
  const { status, text } = await exchange(new URL(path, base), init).catch(
    (cause: NodeJS.ErrnoException) => {
      const why = `${base} does not respond (${cause.code ?? cause.message})`;
      const hint = 'is it what serve --admin-port printed?';
      throw new ProfileError('admin', `${why}; ${hint}`, { cause });
    },
  );
  const content = parse(text);
  if (status === 200 && content !== undefined) return content as Content;
  const { detail = 'it is not an admin port' } = (content ?? {}) as { detail?: string };
  const code = status === 409 ? 'busy' : 'admin';
  throw new ProfileError(code, `${base} refuses with ${status}: ${detail}`);
}

/** Not fetch, which gives up after five minutes without a response head. */
async function exchange(url: URL, init: RequestOptions) {
  const sent = request(url, init).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, text: await readAll(response) };
}

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
