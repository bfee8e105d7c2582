/**
 * Attaches to a running Node process through its inspector, and leaves it as it was: an inspector
 * that was opened for us is closed again, one that was open stays.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { ProfileError } from '../profile-errors.js';
import { callInThread, type InspectorConnection } from '../sampling/inspector-connection.js';
import { Pending } from '../sampling/pending.js';
import { closeInspector } from './close-inspector.js';
import {
  checkIsNode,
  checkTakesSignal,
  type InspectorAddress,
  inspectorAddress,
} from './process-info.js';

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
  const address = inspectorAddress(pid);
  const before = await socketUrl(address);
  if (before !== undefined) {
    const taken = `because another process has port ${address.port}`;
    const hint = "end that one's debugging first";
    const wrong = `the inspector of process ${pid} can't open, ${taken}; ${hint}`;
    const connection = await connect(pid, before, wrong);
    const detach = async () => {
      connection.close();
      return true;
    };
    return { connection, opened: false, detach };
  }
  checkTakesSignal(pid);
  process.kill(pid, 'SIGUSR1');
  const url = await untilOpen(pid, address, openWithinMs);
  const wrong = `another process than ${pid} responded on port ${address.port}`;
  const connection = await connect(pid, url, wrong);
  return { connection, opened: true, detach: () => leave(connection, address) };
}

/** @param wrongProcess the message if another process listens there */
async function connect(pid: number, url: string, wrongProcess: string) {
  const connection = await connectTo(url);
  const late = sleep(patienceMs, 'late' as const, { ref: false });
  const found = await Promise.race([callInThread(connection, () => process.pid), late]);
  if (found === pid) return connection;
  connection.close();
  if (found !== 'late') throw new ProfileError('inspector', wrongProcess);
  const why = 'it stands at a breakpoint of another debugger, or is stopped';
  throw new ProfileError('inspector', `the inspector of process ${pid} does not respond: ${why}`);
}

/** Its commands and events, over the WebSocket it listens on. @throws ProfileError `inspector` */
async function connectTo(url: string): Promise<InspectorConnection> {
  // A profile may be one message of many MB, and compression would cost the sampled process CPU.
  const options = { perMessageDeflate: false, maxPayload: 0, handshakeTimeout: 5_000 };
  const socket = new WebSocket(url, options);
  const pending = new Pending((text) => socket.send(text));
  socket.on('message', (data: Buffer) => pending.receive(data.toString('utf8')));
  const lose = (why: string) => pending.lose(new ProfileError('gone', why));
  socket.on('close', () => lose('the process ended, or its inspector was closed'));
  await once(socket, 'open').catch((cause: Error) => {
    const why = `its inspector does not let us in: ${cause.message}`;
    throw new ProfileError('inspector', why, { cause });
  });
  socket.on('error', ({ message }) => lose(`its inspector broke off: ${message}`));
  return pending.connection(() => socket.close());
}

async function untilOpen(pid: number, address: InspectorAddress, withinMs: number) {
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(50)) {
    const url = await socketUrl(address);
    if (url !== undefined) return url;
  }
  const where = `on port ${address.port} within ${withinMs / 1000} s`;
  const why = 'the port is taken, it opened on another, or the program uses SIGUSR1 itself';
  const what = `the inspector of process ${pid} did not open ${where}: ${why}`;
  throw new ProfileError('inspector', what);
}

/** The inspector's WebSocket, if one listens there. */
async function socketUrl({ host, port }: InspectorAddress): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(`http://${host}:${port}/json/list`, { signal });
    const [target] = (await response.json()) as { webSocketDebuggerUrl?: string }[];
    return target?.webSocketDebuggerUrl;
  } catch {
    return undefined; // nothing listens, or it is not an inspector
  }
}

async function leave(connection: InspectorConnection, address: InspectorAddress): Promise<boolean> {
  await closeInspector(connection);
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(50))
    if ((await socketUrl(address)) === undefined) return true;
  return false;
}
