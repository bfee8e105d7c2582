/** Whether the nodes may listen: else a port in use shows as a JVM that ends much later. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ClusterError } from './cluster-error.js';
import { cqlPort, hostOf, jmxPortOf, numbersOf, type Settings, storagePort } from './settings.js';

/** @throws ClusterError for the first port that is taken */
export async function requirePorts(settings: Settings): Promise<void> {
  for (const node of numbersOf(settings)) {
    await requirePort(hostOf(node), cqlPort);
    await requirePort(hostOf(node), storagePort);
    await requirePort(hostOf(1), jmxPortOf(node));
  }
}

export async function requirePort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ClusterError(
      code === 'EADDRINUSE'
        ? `port ${port} of ${host} is in use: end what listens there (ss -ltnp sport = :${port})`
        : `cannot listen at ${host}:${port}: ${(error as Error).message}`,
    );
  }
  server.close();
  await once(server, 'close');
}
