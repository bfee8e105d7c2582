/** A gateway in a process of its own, as `evenkeel serve --store` starts it. */
import { startServe } from '../peers/evenkeel.js';
import type { Counted } from './count-writes.js';

export type Gateway = Awaited<ReturnType<typeof startServe>>;

export function startGateway(location: string): Promise<Gateway> {
  return startServe(['--store', location]);
}

/** One that counts its writes. @param isApart whether none of them shares a statement */
export async function startCountingGateway(location: string, isApart: boolean) {
  let counted: Counted = { writes: 0, statements: 0 };
  const counter = new URL(`count-writes.js${isApart ? '?apart' : ''}`, import.meta.url);
  const gateway = await startServe(['--store', location], {
    nodeFlags: ['--import', counter.href],
    onMessage: (message: Counted) => {
      counted = message;
    },
  });
  return { ...gateway, counted: () => counted };
}
