/**
 * Attaches to a running Node process through its inspector, and leaves it as it was: an inspector
 * that was opened for us is closed again, one that was open stays.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { ProfileError } from '../profile-errors.js';
import { callNow, type InspectorConnection } from '../sampling/inspector-connection.js';
import { Pending } from '../sampling/pending.js';
import { closeInspector } from './close-inspector.js';
import { findInspector, type Inspector, isOpen, untilOpen } from './find-inspector.js';
import { isStopped, listenersOf, sharesNetwork } from './proc.js';
import { checkIsNode, checkTakesSignal } from './process-info.js';

export interface Attachment {
  readonly connection: InspectorConnection;
  /** Whether its inspector was opened for us. */
  readonly opened: boolean;
  /** Leaves the process, whatever happened in between. Resolves to true if it is as it was. */
  detach(): Promise<boolean>;
}

const patienceMs = 5_000;

/** @throws ProfileError that says why the process can't be attached to, in one line */
export async function attachTo(pid: number, openWithinMs = patienceMs): Promise<Attachment> {
  if (pid === process.pid)
    throw new ProfileError('not-permitted', `process ${pid} is this very command`);
  checkIsNode(pid);
  checkReachable(pid);
  const open = await findInspector(pid);
  if (open !== undefined) {
    const connection = await connectTo(pid, open);
    const detach = async () => {
      connection.close();
      return true;
    };
    await checkResponds(pid, connection, open).catch((error) => detach().then(() => fail(error)));
    return { connection, opened: false, detach };
  }
  checkTakesSignal(pid);
  const before = listenersOf(pid)?.own ?? [];
  process.kill(pid, 'SIGUSR1');
  const opened = await untilOpen(pid, before, openWithinMs);
  const connection = await connectTo(pid, opened);
  // Once the program is about to exit, nothing may be run in it: it takes its inspector with it.
  let isExiting = false;
  connection.on('NodeRuntime.waitingForDisconnect', () => {
    isExiting = true;
  });
  let left: Promise<boolean> | undefined;
  const detach = () => {
    left ??= leave(pid, opened, connection, isExiting);
    return left;
  };
  await checkResponds(pid, connection, opened).catch((error) => detach().then(() => fail(error)));
  return { connection, opened: true, detach };
}

function fail(error: Error): never {
  throw error;
}

/** @throws ProfileError */
function checkReachable(pid: number): void {
  if (isStopped(pid)) {
    const what = `process ${pid} is stopped, as by SIGSTOP`;
    throw new ProfileError('inspector', `${what}; let it go on with: kill -CONT ${pid}`);
  }
  if (sharesNetwork(pid)) return;
  const what = `process ${pid} has a network of its own, as in a container`;
  const hint = 'run evenkeel profile in there, or with --native, which needs no network';
  throw new ProfileError('inspector', `${what}; ${hint}`);
}

/** A process in an endless loop does respond. @throws ProfileError */
async function checkResponds(
  pid: number,
  connection: InspectorConnection,
  { port, isOwn }: Inspector,
): Promise<void> {
  const late = sleep(patienceMs, 'late' as const, { ref: false });
  const found = await Promise.race([callNow(connection, () => process.pid), late]);
  if (found === 'late') {
    const why = `it has been in native code for ${patienceMs / 1000} s, or another debugger has it`;
    throw new ProfileError('inspector', `process ${pid} does not respond: ${why}`);
  }
  // In a container it has another number for itself.
  if (!isOwn && found !== pid)
    throw new ProfileError('inspector', `another process than ${pid} has port ${port}`);
  // It is to wait for us before it exits: the samples are in it. Others need not know the command.
  await connection
    .post('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true })
    .catch(() => {});
}

/** Its commands and events, over the WebSocket it listens on. @throws ProfileError `inspector` */
async function connectTo(pid: number, { webSocket }: Inspector): Promise<InspectorConnection> {
  // A profile may be one message of many MB, and compression would cost the sampled process CPU.
  const options = { perMessageDeflate: false, maxPayload: 0, handshakeTimeout: 5_000 };
  const socket = new WebSocket(webSocket, options);
  const pending = new Pending((text) => socket.send(text));
  socket.on('message', (data: Buffer) => pending.receive(data.toString('utf8')));
  const lose = (why: string) => pending.lose(new ProfileError('gone', why));
  const ended = `process ${pid} was killed or closed its inspector, and the samples in it are lost`;
  socket.on('close', () => lose(ended));
  await once(socket, 'open').catch((cause: Error) => {
    const why = `the inspector of process ${pid} does not let us in: ${cause.message}`;
    throw new ProfileError('inspector', why, { cause });
  });
  socket.on('error', ({ message }) =>
    lose(`the inspector of process ${pid} broke off: ${message}`),
  );
  return pending.connection(() => socket.close());
}

async function leave(
  pid: number,
  opened: Inspector,
  connection: InspectorConnection,
  isExiting: boolean,
): Promise<boolean> {
  if (isExiting) connection.close();
  else await closeInspector(connection);
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(50))
    if (!(await isOpen(pid, opened))) return true;
  return false;
}
