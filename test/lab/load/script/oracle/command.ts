/**
 * `npm run test:lua-oracle`: wrk evaluates each fact about Lua's library, and so does
 * `evenkeel load -s`; the two must agree. With --record, wrk's results become those that
 * `npm test` holds the library to.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFacts, readRecorded, readResults, record } from './answers.js';

/** From build/lua-oracle/ to the directory of the sources. */
const here = new URL('../../test/lab/load/script/oracle/', import.meta.url);
const factsFile = new URL('facts.txt', here);
const recordedFile = new URL('recorded.txt', here);
const script = fileURLToPath(new URL('evaluate.lua', here));
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const url = 'http://127.0.0.1:9/';

const wrk = process.env.WRK ?? 'wrk';
if (spawnSync(wrk, ['--version']).error) {
  const remedy = 'install it (apt-get install wrk), or give its path in WRK';
  process.stderr.write(`${wrk} is missing; ${remedy}\n`);
  process.exit(2);
}

const facts = readFacts(factsFile);
const home = mkdtempSync(join(tmpdir(), 'evenkeel-lua-oracle-'));
try {
  const theirs = evaluate('wrk', wrk, ['-t1', '-c1', '-d1s', '-s', script, url]);
  if (process.argv.includes('--record')) record(recordedFile, facts, theirs);
  const recorded = readRecorded(recordedFile);
  const ours = evaluate('evenkeel', process.execPath, [
    ...[main, 'load', '-t1', '-c1', '-d1s', '-R1', '-s', script, url],
  ]);
  const differing = facts.filter((_, index) => theirs[index] !== ours[index]);
  for (const fact of differing) {
    const index = facts.indexOf(fact);
    process.stdout.write(
      `facts.txt:${fact.line}: ${fact.code}\n` +
        `  wrk       ${theirs[index]}\n  evenkeel  ${ours[index]}\n`,
    );
  }
  const stale = facts.filter(({ code }, index) => recorded.get(code) !== theirs[index]);
  for (const { line } of stale)
    process.stdout.write(`facts.txt:${line}: wrk says another thing than recorded.txt\n`);
  const values = theirs.reduce((sum, result) => sum + result.split(', ').length, 0);
  process.stdout.write(
    `${facts.length} facts with ${values} values: ` +
      `${differing.length} differ from wrk, ${stale.length} from what was recorded\n`,
  );
  process.exitCode = differing.length + stale.length === 0 ? 0 : 1;
} finally {
  rmSync(home, { recursive: true });
}

function evaluate(name: string, program: string, args: readonly string[]): readonly string[] {
  const results = join(home, name);
  const { status, stderr, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, FACTS: fileURLToPath(factsFile), RESULTS: results, TZ: 'UTC' },
  });
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stdout}${stderr}`);
  const lines = readResults(results);
  if (lines.length !== facts.length)
    throw new Error(`${name} evaluated ${lines.length} of ${facts.length} facts: ${stderr}`);
  return lines;
}
