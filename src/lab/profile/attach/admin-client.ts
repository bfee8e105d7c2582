/** Samples an Evenkeel server, or whatever else started a debug server, over its admin port. */

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import type { DebugStatus } from '../../../admin/admin-server.js';
import { ProfileError } from '../profile-errors.js';
import type { Recording } from '../sampling/recording.js';

interface AdminSampling {
  readonly kind: Recording['kind'];
  /** 1 to 600. */
  readonly seconds: number;
  /** Gives the sampling up. */
  readonly signal?: AbortSignal;
}

/** @param url as serve prints it, such as `http://127.0.0.1:9000` @throws ProfileError `admin`, `busy` */
export async function sampleOver(
  url: string,
  { kind, seconds, signal }: AdminSampling,
): Promise<Recording> {
  const path = `/debug/profile?kind=${kind}&seconds=${seconds}`;
  return ask<Recording>(url, path, 'POST', signal);
}

/** @throws ProfileError `admin` */
export async function statusOver(url: string): Promise<DebugStatus> {
  return ask<DebugStatus>(url, '/debug/status', 'GET', AbortSignal.timeout(10_000));
}

async function ask<Answer>(
  base: string,
  path: string,
  method: string,
  signal?: AbortSignal,
): Promise<Answer> {
  const { status, text } = await exchange(new URL(path, base), method, signal).catch(
    (error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message;
      throw new ProfileError(
        'admin',
        `${base} does not answer (${why}); is it what serve --admin-port printed?`,
        {
          cause: error,
        },
      );
    },
  );
  const body = parsed(text);
  if (status === 200 && body !== undefined) return body as Answer;
  const detail = (body as { detail?: string } | undefined)?.detail ?? 'it is no admin port';
  throw new ProfileError(
    status === 409 ? 'busy' : 'admin',
    `${base} refuses with ${status}: ${detail}`,
  );
}

/** Not fetch, which gives up after five minutes without a head. */
async function exchange(url: URL, method: string, signal?: AbortSignal) {
  const asked = request(url, { method, ...(signal && { signal }) }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode, text: await readAll(response) };
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
