/** A gateway in a process of its own, as `evenkeel serve --store` starts it. */
import { startServe } from '../peers/evenkeel.js';
import type { Gathered } from './gather.js';

export type Gateway = Awaited<ReturnType<typeof startServe>>;

export function startGateway(location: string): Promise<Gateway> {
  return startServe(['--store', location]);
}

/** One with bench/cluster/gather.ts in it. */
export async function startGatheringGateway(location: string) {
  let gathered: Gathered = { writes: 0, statements: 0 };
  const gateway = await startServe(['--store', location], {
    nodeFlags: ['--import', new URL('gather.js', import.meta.url).href],
    onMessage: (message: Gathered) => {
      gathered = message;
    },
  });
  return { ...gateway, gathered: () => gathered };
}
