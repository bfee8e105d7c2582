/** Runs the real `evenkeel` command in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const mainFile = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What the process has written to standard error so far. */
  readonly stderr: () => string;
  /** Sends a signal and resolves with how the process ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts `evenkeel serve --port 0 --json` on the folder and waits for its address. Killed when the test is over. */
export async function startServer(
  folder: string,
  args: readonly string[] = [],
  command: readonly string[] = [process.execPath],
): Promise<ServerProcess> {
  const [program = process.execPath, ...before] = command;
  const child = spawn(
    program,
    [...before, mainFile, 'serve', '--port', '0', '--json', '--data', folder, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()).url));
    ended.then(() => reject(new Error(`the server ended before it listened: ${stderr}`)), reject);
  });
  return {
    url,
    child,
    stderr: () => stderr,
    end: async (name) => {
      child.kill(name);
      const [code, signal] = await ended;
      return { code, signal };
    },
  };
}

/** Runs `evenkeel` with the arguments to its end. */
export async function runCommand(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [mainFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
