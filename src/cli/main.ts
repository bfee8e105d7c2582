#!/usr/bin/env node
/**
 * The `evenkeel` command: runs one command, and turns its errors into one line and an exit code.
 * A command is loaded when it is asked for, so a server does not load the load generator.
 */
import { readFileSync } from 'node:fs';
import { UsageError } from '../config/parsers.js';
import { printable } from '../lab/load/printable.js';
import { OutputError } from './args/files.js';
import { exitCodes } from './exit-codes.js';

/** A command that failed ends after that, whatever is still open. */
const lingerMs = 2000;

interface Command {
  readonly summary: string;
  readonly help: string;
  /** Errors whose message is enough for a user. All others are shown with their stack. */
  readonly errors: readonly (new (
    ...args: never[]
  ) => Error)[];
  /** Runs to the end. Sets an exit code other than 0, or throws. */
  readonly run: (args: readonly string[], version: string) => Promise<void>;
}

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: () => import('./serve.js'),
  load: () => import('./load.js'),
  compare: () => import('./compare.js'),
  profile: () => import('./profile.js'),
  report: () => import('./report.js'),
  export: () => import('./export.js'),
  import: () => import('./import.js'),
  token: () => import('./token.js'),
  cluster: () => import('./cluster.js'),
  copy: () => import('./copy.js'),
  backup: () => import('./backup.js'),
  restore: () => import('./restore.js'),
  check: () => import('./check.js'),
  compact: () => import('./compact.js'),
};

async function help(): Promise<string> {
  const lines = Object.entries(commands).map(
    async ([name, load]) => `  ${name.padEnd(8)}  ${(await load()).summary}`,
  );
  return `evenkeel: a durable HTTP key-value store that keeps its tail latency level under load

Usage: evenkeel COMMAND [flags]

${(await Promise.all(lines)).join('\n')}

  evenkeel COMMAND --help   flags, exit codes and examples of a command
  evenkeel --version

Examples:
  evenkeel serve --port 8080 --data ./data
  evenkeel load -t2 -c20 -d30s -R5000 --workload put --latency http://127.0.0.1:8080
`;
}

const expectedErrors: Command['errors'][number][] = [UsageError, OutputError];

async function main([name, ...args]: readonly string[]): Promise<void> {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const load = Object.hasOwn(commands, name ?? '') ? commands[name ?? ''] : undefined;
  if (load) {
    const command = await load();
    expectedErrors.push(...command.errors);
    if (asksForHelp(args)) process.stdout.write(command.help);
    else await command.run(args, version);
  } else if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    process.stdout.write(await help());
  else if (name === '--version' || name === '-v') process.stdout.write(`${version}\n`);
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
