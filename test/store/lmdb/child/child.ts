/** A child process that replies to messages, in order. Killed when the test is over. */
import { type ChildProcess, type ForkOptions, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface Reply {
  readonly code?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

export interface Child {
  /** Sends a request and resolves with its reply; rejects if the process ends first. */
  ask(request: { readonly do: string; readonly [field: string]: unknown }): Promise<Reply>;
  /** Stops the process, or lets it go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends the process at once, as a power cut does for it alone. */
  kill(): Promise<void>;
}

export interface ChildLimits {
  /** The size to which the system lets a file of the process grow (`ulimit -f`). */
  readonly largestFileBytes?: number;
  /** How many descriptors it may have (`ulimit -n`). */
  readonly descriptors?: number;
}

/** Starts the script, which sends one message when it is ready. */
export async function startChild(script: string, limits: ChildLimits = {}): Promise<Child> {
  const { largestFileBytes, descriptors } = limits;
  const file = fileURLToPath(new URL(script, import.meta.url));
  const options: ForkOptions = { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] };
  const commands = [
    ...(largestFileBytes === undefined ? [] : [`ulimit -f ${largestFileBytes / 512}`]),
    ...(descriptors === undefined ? [] : [`ulimit -n ${descriptors}`]),
  ];
  const process_: ChildProcess =
    commands.length === 0
      ? fork(file, options)
      : spawn(
          '/bin/sh',
          ['-c', `${commands.join('; ')}; exec "$0" "$1"`, process.execPath, file],
          options,
        );
  onTestFinished(() => {
    process_.kill('SIGKILL');
  });
  // LMDB prints the failures that a test asks for. They are of use only if the process ends.
  let printed = '';
  for (const stream of [process_.stdout, process_.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  const ended = once(process_, 'exit');
  const next = async (): Promise<Reply> => {
    const [reply] = await Promise.race([
      once(process_, 'message'),
      ended.then(([code, signal]) =>
        Promise.reject(new Error(`${script} ended: ${code ?? signal}\n${printed}`)),
      ),
    ]);
    return reply as Reply;
  };
  await next();
  return {
    ask: (request) => {
      const reply = next();
      process_.send(request);
      return reply;
    },
    signal: (name) => {
      process_.kill(name);
    },
    kill: async () => {
      process_.kill('SIGKILL');
      await ended;
    },
  };
}
