/**
 * `npm run test:explain`: faults are injected into a plain Node server and into Evenkeel, and
 * `evenkeel load --explain` must give the slow requests their cause. Ends with 1 if fewer than 90 %
 * of them got it, or more than 5 % of the tail of a clean run got one that can't be.
 */
import { parseArgs } from 'node:util';
import { clean, type Fault, faults, impossible, type ServerName } from './faults.js';
import { missing } from './machine.js';
import { type Run, runFault } from './run.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', multiple: true },
    server: { type: 'string', multiple: true },
    verbose: { type: 'boolean' },
  },
});
const seconds = Number(values.seconds);
const minRight = 0.9;
const maxWrong = 0.05;
/** Fewer say nothing. */
const minSlow = 20;

const lacking = missing();
if (lacking.length > 0) {
  process.stderr.write(`This test needs\n${lacking.map((line) => `  ${line}\n`).join('')}`);
  process.exit(2);
}

let failed = false;
const servers = (['plain', 'evenkeel'] as const).filter(
  (name) => values.server?.includes(name) ?? true,
);
print(['server', 'fault', 'slow', 'right', 'the causes given']);
for (const server of servers) {
  for (const fault of faults)
    if ((fault.only ?? server) === server && isChosen(fault.name)) await judgeFault(server, fault);
  if (isChosen(clean.name)) await judgeClean(server);
}
process.exitCode = failed ? 1 : 0;

async function judgeFault(server: ServerName, fault: Fault): Promise<void> {
  const run = await runFault(server, fault, seconds);
  const { total, shareOf } = sharesOf(run);
  const right = shareOf([fault.cause]);
  const isFine = total >= minSlow && right >= minRight;
  report(server, fault.name, run, `${(100 * right).toFixed(1)} %`, isFine);
}

async function judgeClean(server: ServerName): Promise<void> {
  const run = await runFault(server, clean, seconds, true);
  const { shareOf } = sharesOf(run);
  const wrong = shareOf(impossible);
  report(server, clean.name, run, `${(100 * wrong).toFixed(1)} % wrong`, wrong <= maxWrong);
}

function sharesOf({ record }: Run) {
  const requests = record.explanation?.requests ?? [];
  const total = requests.length;
  const shareOf = (causes: readonly string[]) =>
    requests.filter(({ cause }) => causes.includes(cause)).length / Math.max(1, total);
  return { total, shareOf };
}

function report(server: string, fault: string, run: Run, share: string, isFine: boolean): void {
  const { causes = [], requests = [] } = run.record.explanation ?? {};
  const given = causes.map((row) => `${row.cause} ${row.requests}`).join(', ');
  print([server, fault, String(requests.length), share, `${given}${isFine ? '' : '  ← missed'}`]);
  if (values.verbose || !isFine) process.stdout.write(`${run.text}\n`);
  failed ||= !isFine;
}

function isChosen(name: string): boolean {
  return values.only?.includes(name) ?? true;
}

function print(cells: readonly string[]): void {
  const widths = [9, 18, 6, 13];
  const line = cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' ');
  process.stdout.write(`${line.trimEnd()}\n`);
}
