/** Samples an Evenkeel server, or whatever else started a debug server, over its admin port. */

import type { DebugStatus } from '../debug-server.js';
import { ProfileError } from '../errors.js';
import type { Recording } from '../sampling/recording.js';

export interface AdminSampling {
  readonly kind: Recording['kind'];
  /** 1 to 600. */
  readonly seconds: number;
  /** Gives the sampling up. */
  readonly signal?: AbortSignal;
}

/** @param url as serve prints it, such as `http://127.0.0.1:9000` @throws ProfileError `admin`, `busy` */
export async function sampleOver(url: string, { kind, seconds, signal }: AdminSampling): Promise<Recording> {
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
  const response = await fetch(new URL(path, base), { method, ...(signal && { signal }) }).catch(
    (error: Error) => {
      const { code = error.message } = (error.cause ?? {}) as NodeJS.ErrnoException;
      throw new ProfileError(
        'admin',
        `${base} does not answer (${code}); is it what serve --admin-port printed?`,
        {
          cause: error,
        },
      );
    },
  );
  const body = (await response.json().catch(() => ({}))) as { detail?: string };
  if (response.ok) return body as Answer;
  if (response.status === 409) throw new ProfileError('busy', `${base}: ${body.detail}`);
  throw new ProfileError(
    'admin',
    `${base} refuses with ${response.status}: ${body.detail ?? 'it is no admin port'}`,
  );
}
