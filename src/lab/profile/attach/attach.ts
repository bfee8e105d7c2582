/**
 * Attaches to a running Node process through its inspector, and leaves it as it was: an inspector that was opened for us is
 * closed again, one that was open stays.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ProfileError } from '../profile-errors.js';
import { callInThread, type InspectorConnection } from '../sampling/inspector-connection.js';
import { closeInspector } from './close-inspector.js';
import {
  checkIsNode,
  checkTakesSignal,
  type InspectorAddress,
  inspectorAddress,
} from './process-info.js';
import { connectTo } from './web-socket.js';

interface Attachment {
  readonly connection: InspectorConnection;
  /** Leaves the process; call it whatever happens in between. @returns whether the process is as it was */
  detach(): Promise<boolean>;
}

const patienceMs = 5_000;

/** @throws ProfileError that says why it can't be attached to, in one line */
export async function attachTo(pid: number): Promise<Attachment> {
  if (pid === process.pid)
    throw new ProfileError('not-permitted', `process ${pid} is this very command`);
  checkIsNode(pid);
  const address = inspectorAddress(pid);
  const before = await socketUrl(address);
  if (before !== undefined) {
    const connection = await connectTo(before);
    const detach = async () => {
      connection.close();
      return true;
    };
    if (await isProcess(connection, pid)) return { connection, detach };
    connection.close();
    throw new ProfileError(
      'inspector',
      `the inspector of process ${pid} can't open, because another process has port ${address.port}; end that one's debugging first`,
    );
  }
  checkTakesSignal(pid);
  process.kill(pid, 'SIGUSR1');
  const connection = await connectTo(await untilOpen(pid, address));
  const detach = () => leave(connection, address);
  if (await isProcess(connection, pid)) return { connection, detach };
  connection.close();
  throw new ProfileError(
    'inspector',
    `another process than ${pid} answered on port ${address.port}`,
  );
}

async function untilOpen(pid: number, address: InspectorAddress): Promise<string> {
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(50)) {
    const url = await socketUrl(address);
    if (url !== undefined) return url;
  }
  throw new ProfileError(
    'inspector',
    `the inspector of process ${pid} did not open on port ${address.port} within ${patienceMs / 1000} s: ` +
      'the port is taken, it is open on another, or the program has a use of its own for SIGUSR1',
  );
}

/** The inspector's WebSocket, if one listens there. */
async function socketUrl({ host, port }: InspectorAddress): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const answer = await fetch(`http://${host}:${port}/json/list`, { signal });
    const [target] = (await answer.json()) as { webSocketDebuggerUrl?: string }[];
    return target?.webSocketDebuggerUrl;
  } catch {
    return undefined; // nobody there, or something that is no inspector
  }
}

async function isProcess(connection: InspectorConnection, pid: number): Promise<boolean> {
  const late = sleep(patienceMs, 'late' as const, { ref: false });
  const answer = await Promise.race([callInThread(connection, () => process.pid), late]);
  if (answer !== 'late') return answer === pid;
  connection.close();
  throw new ProfileError(
    'inspector',
    `the inspector does not answer: process ${pid} stands at a breakpoint of another debugger, or is stopped`,
  );
}

/** Closes the inspector and waits until it is. */
async function leave(connection: InspectorConnection, address: InspectorAddress): Promise<boolean> {
  await closeInspector(connection);
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(50))
    if ((await socketUrl(address)) === undefined) return true;
  return false;
}
