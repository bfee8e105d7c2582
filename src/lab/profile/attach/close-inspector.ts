/**
 * Closes the inspector of another process, which is delicate: Node 20 crashes, about once in ten
 * times, if `inspector.close()` meets a client that is just leaving, and it stops the program for
 * as long as a client is there (nodejs/node#18761 is of that family). So the request to close and
 * our leaving are sent in one go, in that order; the inspector handles them in that order; and the
 * closing itself comes some turns of the event loop later, when nobody is connected.
 */
import { once } from 'node:events';
import { type InspectorConnection, postFunction } from '../sampling/inspector-connection.js';

/** Ends the connection, and resolves when it has ended. */
export async function closeInspector(connection: InspectorConnection): Promise<void> {
  if (connection.lost.aborted) return;
  const lost = once(connection.lost, 'abort');
  // No answer will come, because we are gone by then.
  postFunction(connection, closeWhenAlone).catch(() => {});
  connection.close();
  await lost;
}

/** Runs over there. */
export function closeWhenAlone(load: (name: string) => unknown): void {
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
  const timer = setInterval(() => {
    turns++;
    // Another debugger came meanwhile and stays: then the inspector is not ours to close any more.
    if (turns > 40) clearInterval(timer);
    else if (turns >= 4 && !anybodyThere()) {
      clearInterval(timer);
      inspector.close();
    }
  }, 50);
  timer.unref();
}
