/** Evenkeel as `evenkeel serve` starts it, in a process of its own. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { httpPut } from '../support/fill.js';
import { start } from '../support/process.js';
import { httpPeer, type Peer, type StartOptions } from './peer.js';

const main = fileURLToPath(import.meta.resolve('#dist/cli/main.js'));

export interface Server {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export const entityPath = '/v0/entity?id=';

/**
 * @param flags of `serve`, beside the port and the folder
 * @param before a command that runs it, such as one that puts it under a limit
 */
export async function startServer(
  folder: string,
  flags: readonly string[] = [],
  before: readonly string[] = [],
): Promise<Server> {
  const serve = [main, 'serve', '--port', '0', '--data', folder, '--json', ...flags];
  const [command = process.execPath, ...args] = [...before, process.execPath, ...serve];
  const running = start(command, args);
  try {
    const { url, pid } = JSON.parse(await running.firstLine);
    return { url, pid, port: Number(new URL(url).port), stop: running.stop };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

export async function startEvenkeel(
  options: StartOptions,
  flags: readonly string[] = [],
): Promise<Peer> {
  const { url, port, stop } = await startServer(options.folder, flags);
  const language = httpPut(entityPath, 'v'.repeat(options.valueBytes));
  return httpPeer({ url, path: [entityPath, ''], filled: { port, language }, stop });
}

/** Whether `serve` can be told which lanes to use. */
export function hasLanes(): boolean {
  return execFileSync(process.execPath, [main, 'serve', '--help'], { encoding: 'utf8' }).includes(
    '--lanes',
  );
}
