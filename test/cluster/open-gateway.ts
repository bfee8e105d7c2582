/** A gateway whose store has options that `serve` does not offer: its clocks, its sweeps. */
import { onTestFinished } from 'vitest';
import { EvenkeelClient } from '#client';
import { makeLimits } from '#dist/config/limits.js';
import { serveStore } from '#dist/server/server.js';
import { type CassandraOptions, openCassandra } from '#dist/store/cassandra/open-cassandra.js';
import { location } from './keyspace.js';

export interface OpenGateway {
  readonly url: string;
  /** Makes no attempt after the first one: each failure shows. */
  readonly client: EvenkeelClient;
  /** It may be closed before the test is over. */
  readonly close: () => Promise<unknown>;
}

/**
 * Serves the keyspace of the tests, which `emptyKeyspace` has to have made.
 * @param onOver gets what closes it. Default: it is closed when the test is over
 */
export async function openGateway(
  options: Partial<CassandraOptions> = {},
  onOver: (close: () => Promise<void>) => void = onTestFinished,
): Promise<OpenGateway> {
  const limits = options.limits ?? makeLimits({ drainMs: 1000 });
  const store = await openCassandra({ location, ...options, limits });
  const server = await serveStore(store, limits, { port: 0 });
  onOver(async () => {
    await server.close();
  });
  const { url } = server;
  const client = new EvenkeelClient(url, { retries: 0, timeoutMs: 60_000 });
  return { url, client, close: () => server.close() };
}
