/** Evenkeel as `evenkeel serve` starts it, in a process of its own. */
import { fileURLToPath } from 'node:url';
import { httpPut } from '../support/fill.js';
import { type StartOptions, start } from '../support/process.js';
import { httpPeer, type Peer, type PeerOptions } from './peer.js';

export const thisMain = fileURLToPath(import.meta.resolve('#dist/cli/main.js'));

interface ServerOptions extends Pick<StartOptions, 'onMessage'> {
  /** For `serve`. */
  readonly flags?: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** A command that runs the server, for example under a limit. */
  readonly before?: readonly string[];
  /** The main.js of another checkout. */
  readonly main?: string;
}

export function startServer(directory: string, options: ServerOptions = {}) {
  return startServe(['--data', directory], options);
}

/** @param place the flag that says where the data is, and its value */
export async function startServe(
  place: readonly string[],
  { flags = [], nodeFlags = [], before = [], main = thisMain, onMessage }: ServerOptions = {},
) {
  const serve = [main, 'serve', '--port', '0', ...place, '--json', ...flags];
  const running = start([...before, process.execPath, ...nodeFlags, ...serve], { onMessage });
  const { url, adminUrl, pid } = JSON.parse(await running.firstLine);
  return { url, adminUrl, pid, port: Number(new URL(url).port), stop: running.stop };
}

export async function startEvenkeel(
  { directory, valueBytes }: PeerOptions,
  options: ServerOptions = {},
): Promise<Peer> {
  const { url, port, stop } = await startServer(directory, options);
  return httpPeer({ url, filled: { port, protocol: httpPut(valueBytes) }, stop });
}

/** Every request goes to Node's own parser. */
export function startFullLane(options: PeerOptions): Promise<Peer> {
  return startEvenkeel(options, { flags: ['--lanes', 'full'] });
}
