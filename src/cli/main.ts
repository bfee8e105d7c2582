#!/usr/bin/env node
/**
 * The `evenkeel` command: runs one command, and turns its errors into one line and an exit code.
 * A command is imported when it is asked for, so a server does not load the load generator.
 */
import { UsageError } from '../config/parsers.js';
import { release, releaseText } from '../config/release.js';
import { printable } from '../lab/load/printable.js';
import { OutputError } from './args/files.js';
import type { Command, Commands } from './command.js';
import { exitCodes } from './exit-codes.js';

/** A command that failed ends after that, whatever is still open. */
const lingerMs = 2000;

const commands: Commands = {
  serve: ['run the key-value server', () => import('./serve.js')],
  load: ['load a server at a constant rate, the way wrk2 is called', () => import('./load.js')],
  compare: ['compare two records of load, and find regressions', () => import('./compare.js')],
  ab: [
    'compare two builds of a server in interleaved rounds, with their certainty',
    () => import('./ab.js'),
  ],
  budget: [
    'hold the CPU time and the bytes of a request against a budget in a file',
    () => import('./budget.js'),
  ],
  profile: [
    'sample the CPU time or the allocations of a running Node process',
    () => import('./profile.js'),
  ],
  report: [
    'measure and profile a server under the reference load, and write it down',
    () => import('./report.js'),
  ],
  export: ['write the entities of a server to a file', () => import('./export.js')],
  import: ['store the entities of a file in a server', () => import('./import.js')],
  token: ['make a token for a server, and its line for --tokens', () => import('./token.js')],
  cluster: [
    'make the tables of a Cassandra cluster, or show its state',
    () => import('./cluster.js'),
  ],
  copy: ['copy all entities of a store to another', () => import('./copy.js')],
  backup: ['back up a store, also while it runs', () => import('./backup.js')],
  restore: ['make a data directory of a backup', () => import('./restore.js')],
  check: ['look whether a store or a backup is whole', () => import('./check.js')],
  compact: ['give the free space in a data file back to the disk', () => import('./compact.js')],
  completion: ['print the completion of a shell', () => import('./completion.js')],
};

function help(): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(
    ([name, [summary]]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return `evenkeel: a durable HTTP key-value store that keeps its tail latency level under load

Usage: evenkeel COMMAND [flags]

${lines.join('\n')}

  evenkeel COMMAND --help   flags, exit codes and examples of a command
  evenkeel --version        version, and the commit that it was built from

Examples:
  evenkeel serve --port 8080 --data ./data
  evenkeel load -t2 -c20 -d30s -R5000 --workload put --latency http://127.0.0.1:8080
`;
}

const expectedErrors: Command['errors'][number][] = [UsageError, OutputError];

async function main([name, ...args]: readonly string[]): Promise<void> {
  const [, load] = (Object.hasOwn(commands, name ?? '') && commands[name ?? '']) || [];
  if (load) {
    const command = await load();
    expectedErrors.push(...command.errors);
    if (asksForHelp(args)) process.stdout.write(command.help);
    else await command.run(args, release().version, commands);
  } else if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    process.stdout.write(help());
  else if (name === '--version' || name === '-v') process.stdout.write(`${releaseText()}\n`);
  else
    throw new UsageError(
      `unknown command '${name}'; the commands are ${Object.keys(commands).join(', ')}`,
    );
}

/** Arguments after `--` are for a script, which may have a `--help` of its own. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  return flags.some((flag) => /^(-h|--help(=.*)?)$/.test(flag));
}

function helpFor(name = ''): string {
  return Object.hasOwn(commands, name) ? `evenkeel ${name} --help` : 'evenkeel --help';
}

/** OpenSSL ends its messages with a line break, and V8 quotes what it could not parse. */
function oneLine(message: string): string {
  return printable(message.trim().replace(/\s*[\r\n]\s*/g, ' '));
}

// The reader of the output may be gone (`serve | head`). The command goes on: it may be draining.
// Any other failure of standard output is told once, and the exit code tells it too.
let outputFailure: Error | undefined;
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || outputFailure) return;
  outputFailure = error;
  process.stderr.write(`evenkeel: can't write standard output: ${oneLine(error.message)}\n`);
});
process.on('exit', () => {
  if (outputFailure) process.exitCode ||= exitCodes.failed;
});

function textOf(error: unknown): string {
  const { message, stack, code } = error as NodeJS.ErrnoException;
  // Loading a command alone takes some tens of descriptors.
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'the process may open too few files; raise the limit (ulimit -n) to 256 or more';
  const expected = expectedErrors.some((kind) => error instanceof kind);
  return expected ? oneLine(message) : (stack ?? String(error));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`evenkeel: ${textOf(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`Try '${helpFor(process.argv[2])}'.\n`);
  process.exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  // A database driver may leave timers behind, for example of a node that is dead.
  setTimeout(() => process.exit(), lingerMs).unref();
}
