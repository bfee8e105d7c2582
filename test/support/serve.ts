/** Runs a server in this process; closed when the test is over. */
import { type RunningServer, serve } from 'evenkeel';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from './directory.js';

/** @param data its directory; default: a new one */
export async function serveHere(data?: string): Promise<RunningServer> {
  const server = await serve({ port: 0, data: data ?? (await temporaryDirectory()) });
  onTestFinished(async () => {
    await server.close();
  });
  return server;
}
