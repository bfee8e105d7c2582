/** The facts of facts.txt, and what they are: recorded of wrk, or just evaluated. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Fact {
  /** Its line in facts.txt, from 1. */
  readonly line: number;
  readonly code: string;
}

export function readFacts(file: string | URL): readonly Fact[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((code, index) => ({ line: index + 1, code }))
    .filter(({ code }) => !code.startsWith('# '));
}

/** A recorded line is a fact and what it is, with a tab between. */
export function readRecorded(file: string | URL): ReadonlyMap<string, string> {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return new Map(lines.map((line) => line.split('\t') as [string, string]));
}

export function record(
  file: string | URL,
  facts: readonly Fact[],
  results: readonly string[],
): void {
  const lines = facts.map(({ code }, index) => `${code}\t${results[index]}\n`);
  writeFileSync(file, lines.join(''));
}

/** The lines that evaluate.lua wrote, one for each fact. */
export function readResults(file: string | URL): readonly string[] {
  return readFileSync(file, 'latin1').trimEnd().split('\n');
}
