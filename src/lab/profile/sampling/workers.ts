/**
 * The worker threads of a sampled process, each as a connection of its own, through the inspector's
 * NodeWorker domain: those that are there, and those that start until it is detached.
 */
import { ProfileError } from '../profile-errors.js';
import type { InspectorConnection } from './inspector-connection.js';
import { Pending } from './pending.js';

export interface WorkerThread {
  /** Its name if it was given one, or its file. */
  readonly name: string;
  readonly connection: InspectorConnection;
}

interface Attached {
  readonly sessionId: string;
  readonly workerInfo: { readonly title: string; readonly url: string };
}

interface Received {
  readonly sessionId: string;
  readonly message: string;
}

/**
 * @param found is called for each thread; for those that are there, before this resolves
 * @returns a function that detaches from all
 */
export async function attachWorkers(
  connection: InspectorConnection,
  found: (thread: WorkerThread) => void,
): Promise<() => Promise<void>> {
  const bySession = new Map<string, Pending>();
  const stopListening = [
    connection.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }: Attached) => {
      const pending = new Pending((message) => {
        connection
          .post('NodeWorker.sendMessageToWorker', { sessionId, message })
          .catch((error: Error) => pending.lose(error));
      });
      bySession.set(sessionId, pending);
      found({ name: nameOf(workerInfo), connection: pending.connection(() => {}) });
    }),
    connection.on('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }: Received) =>
      bySession.get(sessionId)?.receive(message),
    ),
    connection.on('NodeWorker.detachedFromWorker', ({ sessionId }: { sessionId: string }) =>
      bySession.get(sessionId)?.lose(new ProfileError('gone', 'the worker thread ended')),
    ),
  ];
  await connection.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return async () => {
    // It fails only where all is over anyway.
    await connection.post('NodeWorker.disable').catch(() => {});
    for (const stop of stopListening) stop();
  };
}

/** Node calls a thread without a name `[worker 3]`; later versions append `WorkerThread`. */
function nameOf({ title, url }: Attached['workerInfo']): string {
  const [, given] = /^\[worker \d+\]\s*(.*)$/.exec(title) ?? [undefined, title];
  return given && given !== 'WorkerThread' ? given : (url.split('/').at(-1) ?? url);
}
