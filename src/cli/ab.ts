/** `evenkeel ab`: which of two builds is faster, in interleaved rounds, and how sure that is. */
import { appendFileSync } from 'node:fs';
import type { AbRecord } from '../lab/ab/ab-record.js';
import { BuildError } from '../lab/ab/build-server.js';
import {
  type BuildComparison,
  calibrationRounds,
  compareBuilds,
} from '../lab/ab/compare-builds.js';
import { toAbRecord } from '../lab/ab/make-ab-record.js';
import { formatJunit } from '../lab/ab/output/junit.js';
import { formatMarkdown } from '../lab/ab/output/markdown.js';
import { formatComparison } from '../lab/ab/output/text.js';
import { nameOf, outcomeOf, signed } from '../lab/ab/output/words.js';
import { buildRunner } from '../lab/ab/run-build.js';
import { ScriptError, TargetError } from '../lab/load/load-errors.js';
import { printable } from '../lab/load/printable.js';
import { type AbCommand, parseAb } from './ab/ab-command.js';
import { abFlags, sentFlags } from './ab/ab-flags.js';
import { OutputError, writeOutput } from './args/files.js';
import { describeGroups } from './args/flags.js';
import { exitCodes } from './exit-codes.js';
import { onInterrupt } from './signals.js';

export const summary = 'compare two builds of a server in interleaved rounds, with their certainty';

export const errors = [BuildError, TargetError, ScriptError];

const [ownHelp, sentHelp] = describeGroups(abFlags, sentFlags);

export const help = `evenkeel ab: ${summary}

Usage: evenkeel ab --a COMMAND --b COMMAND [flags] [PATH]
       evenkeel ab [flags] URL-A URL-B

${ownHelp}

As in evenkeel load, for each run; -R is required:
${sentHelp}

A command starts a server on port {port} of 127.0.0.1, and may keep files in the directory {dir}. It
is started afresh for each run, by a shell. The run begins when PATH (/) is answered.

First A is measured against A, in ${calibrationRounds} rounds: that shows what is chance.
Then the rounds are A B, B A, A B, … until each figure is worse, better or the same, or the budget
ends. Figures are percentiles of latency, without the generator's own lag. Others are per request:
CPU time and bytes written to a disk (of commands, on Linux), and bytes received.

A figure is worse if the interval of its change lies above 0. If all of it lies within the
tolerance, the figure is the same. The smallest change is found in nine of ten such comparisons.

Exit codes:
  ${exitCodes.fine}    nothing is worse, and all is decided
  ${exitCodes.failed}    a build did not start, or a run could not be made
  ${exitCodes.usage}    a wrong command line
  ${exitCodes.notValid}    not fair: A differs from itself
  ${exitCodes.regression}    something is worse
  ${exitCodes.undecided}    can't tell: the budget ended before all was decided
  ${exitCodes.interrupted}  Ctrl-C ended it; the report is of the rounds until then

Examples:
  evenkeel ab --a 'node old.js {port}' --b 'node new.js {port}' -R1000 -c10 /
  evenkeel ab -R2k --budget 30m --tolerance 2% http://127.0.0.1:8080/ http://127.0.0.1:8081/
  evenkeel ab --a 'evenkeel serve --port {port} --data {dir}' --b 'dist/serve {port} {dir}' \\
    -R1k --workload put --json ab.json --junit ab.xml --github
`;

export async function run(args: readonly string[]): Promise<void> {
  const command = parseAb(args);
  const interruption = new AbortController();
  const stopListening = onInterrupt(() => interruption.abort());
  try {
    const record = await compare(command, interruption.signal);
    process.stdout.write(formatComparison(record));
    write(record, command);
    process.exitCode = exitCodeOf(record);
  } finally {
    stopListening();
  }
}

async function compare(command: AbCommand, signal: AbortSignal): Promise<AbRecord> {
  const { targets, options, plan, budgetMs, roundMs } = command;
  const began = performance.now();
  const startedAt = new Date().toISOString();
  const say = (line: string) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`${`${seconds} s`.padStart(6)}  ${line}\n`);
  };
  const repeated: { build: 'a' | 'b'; reason: string }[] = [];
  const onFault = (build: 'a' | 'b', reason: string) => {
    repeated.push({ build, reason });
    say(`a run of ${build.toUpperCase()} can't be used: ${printable(reason)}`);
  };
  let last: BuildComparison = { calibration: [], rounds: [], changes: [], unfair: [] };
  say(`A against A, then at most ${plan.maxRounds} rounds of A against B`);
  const hooks = {
    onCalibrated: (comparison: BuildComparison) => {
      last = comparison;
      const smallest = comparison.changes.map(
        ({ figure, smallest: share }) => `${nameOf(figure)} ${(100 * share).toFixed(1)} %`,
      );
      say(`the smallest changes that ${plan.maxRounds} rounds find: about ${smallest.join(', ')}`);
    },
    onRound: (comparison: BuildComparison) => {
      last = comparison;
      const changes = comparison.changes.map(
        ({ figure, change }) => `${nameOf(figure)} ${signed(change)}`,
      );
      say(`round ${comparison.rounds.length} of ${plan.maxRounds}: ${changes.join(', ')}`);
    },
    isOver: () => signal.aborted || performance.now() - began + roundMs > budgetMs * 1.05,
  };
  const run = buildRunner({ targets, options, signal, onFault });
  try {
    last = await compareBuilds(run, plan, hooks);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const interrupted = signal.aborted;
  return toAbRecord(last, { startedAt, targets, options, plan, repeated, interrupted });
}

function write(record: AbRecord, { json, markdown, junit, summaryFile }: AbCommand): void {
  if (json !== undefined) writeOutput(json, `${JSON.stringify(record, undefined, 2)}\n`);
  if (markdown !== undefined) writeOutput(markdown, formatMarkdown(record));
  if (junit !== undefined) writeOutput(junit, formatJunit(record));
  if (summaryFile === undefined) return;
  try {
    appendFileSync(summaryFile, formatMarkdown(record));
  } catch (error) {
    throw new OutputError(`can't write the step summary: ${(error as Error).message}`);
  }
  if (record.outcome === 'worse')
    process.stdout.write(`::error title=evenkeel ab::${printable(outcomeOf(record))}\n`);
}

function exitCodeOf({ outcome, ended }: AbRecord): number {
  if (ended === 'signal') return exitCodes.interrupted;
  if (outcome === 'unfair') return exitCodes.notValid;
  if (outcome === 'worse') return exitCodes.regression;
  return outcome === "can't tell" ? exitCodes.undecided : exitCodes.fine;
}
