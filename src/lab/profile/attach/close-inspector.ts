/**
 * Closes the inspector of another process, which is delicate: Node 20 crashes, about once in ten
 * times, if `inspector.close()` meets a client that is just leaving, and it stops the program for
 * as long as a client is there (nodejs/node#18761 is of that family). So the request to close and
 * our leaving are sent in one go, in that order; the inspector handles them in that order; and the
 * closing itself comes some turns of the event loop later, when nobody is connected. If the event
 * loop does not turn, the thread that we interrupt waits for that moment itself.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  callInThread,
  type InspectorConnection,
  postFunction,
} from '../sampling/inspector-connection.js';

const patienceMs = 1_000;

/** Ends the connection, and resolves when it has ended. */
export async function closeInspector(connection: InspectorConnection): Promise<void> {
  const turned = callInThread(
    connection,
    () => new Promise<true>((turn) => setImmediate(turn, true)),
  );
  const late = sleep(patienceMs, false, { ref: false });
  const turns = await Promise.race([turned, late]).catch(() => false);
  if (connection.lost.aborted) return;
  const lost = once(connection.lost, 'abort');
  // No answer will come, because we are gone by then.
  postFunction(connection, closeWhenAlone, !turns).catch(() => {});
  connection.close();
  await lost;
}

/** Runs over there. */
export function closeWhenAlone(load: (name: string) => unknown, isStuck: boolean): void {
  const inspector = load('node:inspector') as typeof import('node:inspector');
  const fs = load('node:fs') as typeof import('node:fs');
  const port = Number(new URL(inspector.url() ?? 'ws://127.0.0.1:0').port);
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const anybodyThere = (): boolean => {
    try {
      // Linux only: an established connection (01) whose local port is the inspector's.
      return new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F:]+ 01 `, 'm').test(
        fs.readFileSync('/proc/self/net/tcp', 'latin1'),
      );
    } catch {
      return false;
    }
  };
  let turns = 0;
  /** @returns whether it is over */
  const look = (): boolean => {
    turns++;
    // Another debugger came meanwhile and stays: then the inspector is not ours to close any more.
    if (turns > 40) return true;
    if (turns < 4 || anybodyThere()) return false;
    inspector.close();
    return true;
  };
  if (isStuck) {
    // Not by Atomics.wait: the thread may be in one, and V8 aborts if there are two.
    while (!look()) {
      const next = performance.now() + 50;
      while (performance.now() < next);
    }
    return;
  }
  const timer = setInterval(() => {
    if (look()) clearInterval(timer);
  }, 50);
  timer.unref();
}
