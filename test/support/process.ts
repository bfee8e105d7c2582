/** Runs the real `evenkeel` command in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const mainFile = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface CommandProcess {
  readonly child: ChildProcess;
  /** All that the process has written to standard output so far. */
  readonly stdout: () => string;
  /** All that the process has written to standard error so far. */
  readonly stderr: () => string;
  /** How the process ended; resolves once all it wrote has been read. */
  readonly ended: Promise<Exit>;
  /**
   * Waits until standard output matches. @throws Error with all output, if the process ends before
   */
  readonly untilPrinted: (pattern: RegExp) => Promise<RegExpExecArray>;
}

/**
 * Starts `evenkeel` with the arguments. Killed when the test is over.
 * @param command what runs the compiled file: a Node, or a tracer and a Node
 */
export function startCommand(
  args: readonly string[],
  command: readonly string[] = [process.execPath],
): CommandProcess {
  const [program = process.execPath, ...before] = command;
  const child = spawn(program, [...before, mainFile, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ownEnvironment(),
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let exit: Exit | undefined;
  const ended = once(child, 'close').then(([code, signal]) => {
    exit = { code, signal };
    return exit;
  });
  // Whoever waits gets the error; a test that does not wait is not brought down by it.
  ended.catch(() => {});
  const untilPrinted = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const over = exit;
      const match = pattern.exec(stdout);
      if (match) return match;
      if (over)
        throw new Error(
          `ended with ${over.code ?? over.signal}, without ${pattern}: ${stdout}${stderr}`,
        );
      await Promise.race([
        once(child.stdout, 'data', { signal: AbortSignal.timeout(100) }),
        ended,
      ]).catch(() => {});
    }
  };
  return { child, stdout: () => stdout, stderr: () => stderr, ended, untilPrinted };
}

/** Without the settings of tests: the command warns of a variable that it does not know. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('EVENKEEL_')),
  );
}

export interface ServerProcess {
  readonly url: string;
  /** Empty without --admin-port. */
  readonly adminUrl: string;
  readonly child: ChildProcess;
  /** The server's own process id; a tracer's is `child.pid`. */
  readonly pid: number;
  /** All that the process has written to standard error so far. */
  readonly stderr: () => string;
  /** How the process ended; resolves once all it wrote has been read. */
  readonly ended: Promise<Exit>;
  /** Sends a signal to the server and resolves with how the process ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<Exit>;
}

/**
 * Starts `evenkeel serve --port 0 --json` on the directory and waits for its address. Killed when
 * the test is over.
 */
export async function startServer(
  directory: string,
  args: readonly string[] = [],
  command: readonly string[] = [process.execPath],
): Promise<ServerProcess> {
  const { child, stderr, ended, untilPrinted } = startCommand(
    ['serve', '--port', '0', '--json', '--data', directory, ...args],
    command,
  );
  const [line] = await untilPrinted(/^.+\n/);
  const {
    url,
    adminUrl = '',
    pid,
  } = JSON.parse(line) as {
    url: string;
    adminUrl?: string;
    pid: number;
  };
  // A tracer that is killed leaves what it traces alone, so the server is ended first.
  onTestFinished(() => {
    if (pid !== child.pid && child.exitCode === null && child.signalCode === null)
      kill(pid, 'SIGKILL');
  });
  return {
    url,
    adminUrl,
    child,
    pid,
    stderr,
    ended,
    end: (name) => {
      kill(pid, name);
      return ended;
    },
  };
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs `evenkeel` with the arguments to its end. */
export async function runCommand(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = startCommand(args);
  const { code } = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}

/** Asks until it is so. @throws Error saying what was waited for */
export async function until(
  what: string,
  ask: () => boolean | Promise<boolean>,
  { timeoutMs = 60_000, everyMs = 10 } = {},
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await sleep(everyMs);
  }
}
