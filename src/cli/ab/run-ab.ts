/** Runs `evenkeel ab`: which of two builds is faster, in rounds, and how sure that is. */
import { appendFileSync } from 'node:fs';
import type { AbRecord } from '../../lab/ab/ab-record.js';
import { type BuildComparison, compareBuilds } from '../../lab/ab/compare-builds.js';
import { toAbRecord } from '../../lab/ab/make-ab-record.js';
import { formatJunit } from '../../lab/ab/output/junit.js';
import { formatMarkdown } from '../../lab/ab/output/markdown.js';
import { formatComparison } from '../../lab/ab/output/text.js';
import { nameOf, outcomeOf, signed } from '../../lab/ab/output/words.js';
import { buildRunner } from '../../lab/ab/run-build.js';
import { printable } from '../../lab/load/printable.js';
import { OutputError, writeOutput } from '../args/files.js';
import { exitCodes } from '../exit-codes.js';
import { onInterrupt } from '../signals.js';
import { type AbCommand, parseAb } from './ab-command.js';

export async function compareBuildsBy(args: readonly string[]): Promise<void> {
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
