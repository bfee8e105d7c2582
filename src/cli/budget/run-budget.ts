/** Runs `evenkeel budget`: the work that a server does for a request, held against a file. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { UsageError } from '../../config/parsers.js';
import { type Budget, budgetRecord, budgetSchemaVersion } from '../../lab/budget/budget-record.js';
import { judgeBudget } from '../../lab/budget/judge-budget.js';
import type { Work } from '../../lab/budget/measure-work.js';
import { annotation, describe, toJunit } from '../../lab/budget/output.js';
import { measureCommand } from '../../lab/budget/run-budget.js';
import { defaultOptions, type LoadOptions } from '../../lab/load/load-options.js';
import { machine } from '../../lab/load/result/machine.js';
import { inputOperand, outputDirectory, outputFile, writeOutput } from '../args/files.js';
import { parseCommandLine } from '../args/flags.js';
import { exitCodes } from '../exit-codes.js';
import { checkUrl } from '../load/load-url.js';
import { plainWorkOf } from '../load/options-from-flags.js';
import { onInterrupt } from '../signals.js';
import { checkFlags, requestFlags, writeFlags } from './budget-flags.js';

export async function runBudget([action, ...args]: readonly string[]): Promise<void> {
  const interruption = new AbortController();
  const stopListening = onInterrupt(() => interruption.abort());
  try {
    if (action === 'write') await write(args, interruption.signal);
    else if (action === 'check') await check(args, interruption.signal);
    else throw new UsageError(`budget takes write or check, got '${action ?? ''}'`);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = exitCodes.interrupted;
  } finally {
    stopListening();
  }
}

async function write(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values } = parseCommandLine({ ...writeFlags, ...requestFlags }, args);
  const { command, requests, dir, file } = values;
  if (command === undefined)
    throw new UsageError("--command is missing; give one such as 'node server.js {port}'");
  outputDirectory('--dir', dir);
  named('--file', () => outputFile(file));
  const kept = keptArguments(args);
  const request = requestOf(kept);
  const work = await measureCommand(
    { command, requests, parentDirectory: dir, ...request },
    signal,
  );
  const budget = budgetOf(work, { command, requests, kept }, values);
  writeOutput(file, `${JSON.stringify(budget, undefined, 2)}\n`);
  const { bytes, cpuUs } = budget;
  process.stdout.write(
    `Wrote ${file}: ${bytes.perRequest} B and ${cpuUs.perRequest} µs of CPU per request\n`,
  );
}

function budgetOf(
  work: Work,
  { command, requests, kept }: { command: string; requests: number; kept: string[] },
  tolerances: { readonly bytes: number; readonly cpu: number },
): Budget {
  const cost = (name: 'bytes' | 'cpuUs', tolerance: number) => ({
    perRequest: Number(work[name].toPrecision(6)),
    tolerance,
    frames: [...work.frames[name]],
  });
  return {
    schema: budgetSchemaVersion,
    command,
    arguments: kept,
    requests,
    machine: machine(),
    bytes: cost('bytes', tolerances.bytes),
    cpuUs: cost('cpuUs', tolerances.cpu),
  };
}

async function check(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, operands } = parseCommandLine(checkFlags, args);
  if (operands.length > 0)
    throw new UsageError(`unexpected argument '${operands[0]}': what is sent is in the budget`);
  const budget = readBudget(values.file);
  outputDirectory('--dir', values.dir);
  const command = values.command ?? budget.command;
  const startedAt = new Date().toISOString();
  const request = requestOf(budget.arguments);
  const how = { command, requests: budget.requests, parentDirectory: values.dir };
  const work = await measureCommand({ ...how, ...request }, signal);
  const spendings = judgeBudget(budget, work, machine());
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ startedAt, command, spendings, frames: work.frames }, undefined, 2)}\n`
      : `${spendings.map(describe).join('\n')}\n`,
  );
  if (values.junit !== undefined) writeOutput(values.junit, toJunit(spendings, startedAt));
  const above = spendings.filter(({ judgement }) => judgement === 'above');
  if (values.github) for (const one of above) process.stdout.write(`${annotation(one)}\n`);
  if (above.length > 0) process.exitCode = exitCodes.regression;
}

/** The one request, by its flags and its path. @throws UsageError */
function requestOf(kept: readonly string[]): { path: string; options: LoadOptions } {
  const { values, operands } = parseCommandLine(requestFlags, kept);
  const [path = '/', ...more] = operands;
  if (more.length > 0 || !path.startsWith('/'))
    throw new UsageError(`budget takes one PATH that begins with /, got '${operands.join(' ')}'`);
  const url = checkUrl(`http://127.0.0.1${path}`);
  const { expect, header } = values;
  const work = plainWorkOf(values, url);
  const load = { ...defaultOptions, url, threads: 1, connections: 1, rate: 1, headers: header };
  return { path, options: { ...load, ...(expect && { expect }), work } };
}

/** The arguments without those of write alone: each of its flags has a value. */
function keptArguments(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string;
    const [, name = '', rest] = /^--([^=]+)(=.*)?$/s.exec(argument) ?? [];
    if (Object.hasOwn(writeFlags, name)) index += rest === undefined ? 1 : 0;
    else kept.push(argument);
  }
  return kept;
}

/** @throws UsageError */
function readBudget(file: string): Budget {
  const wrong = (why: string) =>
    new UsageError(`${file} is not a budget: ${why}; evenkeel budget write makes one`);
  const text = readFileSync(inputOperand('--file', file), 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { issues, output } = v.safeParse(budgetRecord, value, { abortEarly: true });
  if (!issues) return output;
  const where = issues[0].path?.map(({ key }) => String(key)).join('.') ?? 'it';
  throw wrong(`${where}: ${issues[0].message}`);
}

function named(flag: string, parse: () => void): void {
  try {
    parse();
  } catch (error) {
    throw new UsageError(`${flag} takes ${(error as Error).message}`);
  }
}
