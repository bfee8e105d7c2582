#!/usr/bin/env node
/** The `evenkeel` command: picks the command, and turns what it throws into one line and an exit code. */
import { readFileSync } from 'node:fs';
import { ScriptError, TargetError } from '../lab/load/load-errors.js';
import { printable } from '../lab/load/printable.js';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { ReportError } from '../lab/report/read-report.js';
import { ServerUnderTestError } from '../lab/report/server-under-test.js';
import { ListenError } from '../server/server.js';
import { StoreError } from '../store/store.js';
import { OutputError } from './args/files.js';
import { UsageError } from './args/flags.js';
import * as compare from './compare.js';
import * as load from './load.js';
import * as profile from './profile.js';
import * as report from './report.js';
import * as serve from './serve.js';

interface Command {
  readonly summary: string;
  readonly help: string;
  /** Runs to the end. An exit code other than 0 it sets, or throws one of the expected errors. */
  readonly run: (args: readonly string[], version: string) => Promise<void>;
}

const commands: Readonly<Record<string, Command>> = { serve, load, compare, profile, report };

const help = `evenkeel: a durable HTTP key-value store that keeps its tail latency level under load

Usage: evenkeel COMMAND [flags]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)}  ${summary}`)
  .join('\n')}

  evenkeel COMMAND --help   flags and examples of a command
  evenkeel --version

Examples:
  evenkeel serve --port 8080 --data ./data
  evenkeel load -t2 -c20 -d30s -R5000 --workload put --latency http://127.0.0.1:8080
`;

/** Errors that say what is wrong in their message. All others are ours, and show where they come from. */
const expectedErrors = [
  UsageError,
  StoreError,
  ListenError,
  TargetError,
  ScriptError,
  OutputError,
  ProfileError,
  ServerUnderTestError,
  ReportError,
];

async function main([name, ...args]: readonly string[]): Promise<void> {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    process.stdout.write(help);
  else if (name === '--version' || name === '-v') process.stdout.write(`${version}\n`);
  else if (!Object.hasOwn(commands, name))
    throw new UsageError(
      `there is no command '${name}'; there is ${Object.keys(commands).join(', ')}`,
    );
  else if (beforeOperands(args).some((arg) => arg === '--help' || arg === '-h'))
    process.stdout.write((commands[name] as Command).help);
  else await (commands[name] as Command).run(args, version);
}

/** What follows `--` is for a script, which may have a `--help` of its own. */
function beforeOperands(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

function helpFor(name = ''): string {
  return Object.hasOwn(commands, name) ? `evenkeel ${name} --help` : 'evenkeel --help';
}

/** OpenSSL ends its messages with a line break, and V8 quotes what it could not parse. */
function oneLine(message: string): string {
  return printable(message.trim().replace(/\s*[\r\n]\s*/g, ' '));
}

// Whoever read the output may be gone (`serve | head`). That is no reason to stop, least of all in the middle of a drain.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await main(process.argv.slice(2));
} catch (error) {
  const expected = expectedErrors.some((kind) => error instanceof kind);
  const { message, stack } = error as Error;
  process.stderr.write(`evenkeel: ${expected ? oneLine(message) : (stack ?? error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`Try '${helpFor(process.argv[2])}'.\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
