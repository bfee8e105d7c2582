/** A gateway for one test, and requests to it. */
import { onTestFinished } from 'vitest';
import { type RunningServer, serve } from '#dist/server/server.js';
import type { Limits } from '../../src/config/limits.js';
import { madeKeyspace } from './keyspace.js';

export interface Gateway extends RunningServer {
  /** The errors that it told its operator. */
  readonly reports: readonly unknown[];
}

/** @param limits short waits for nodes that are dead on purpose */
export async function startGateway(limits: Partial<Limits> = {}): Promise<Gateway> {
  const store = await madeKeyspace();
  const reports: unknown[] = [];
  const report = (error: unknown) => void reports.push(error);
  const server = await serve({ store, port: 0, report, limits: { drainMs: 1000, ...limits } });
  onTestFinished(async () => {
    await server.close();
  });
  return Object.assign(server, { reports });
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export async function ask(
  { url }: Pick<Gateway, 'url'>,
  method: string,
  target: string,
  init: RequestInit = {},
): Promise<Reply> {
  const response = await fetch(`${url}${target}`, { method, ...init });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The status of a request for an entity. */
export async function statusOf(
  gateway: Pick<Gateway, 'url'>,
  method: string,
  id: string,
  query = '',
  body?: string,
): Promise<number> {
  const init = body === undefined ? {} : { body };
  return (await ask(gateway, method, `/v0/entity?id=${id}${query}`, init)).status;
}
