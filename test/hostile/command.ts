/** `npm run test:hostile`: all rules, on both lanes, next to node:http and nginx. */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { knownReason } from './known.js';
import type { Rule } from './rule.js';
import { rules as allRules } from './rules.js';
import { run } from './run.js';
import { evenkeel, nginx, nodeHttp, type Subject } from './servers.js';
import { faultsOf, table } from './table.js';

const help = `npm run test:hostile -- [--only TEXT]

  --only TEXT   the rules whose section or text contains it (all)

Sends each input in one write, and in one byte per write, and writes build/hostile/table.md.
Exits with 1 if a MUST is not kept without a reason in test/hostile/known.ts, or if the lanes
differ. Exits with 2 for a wrong command line.
`;

const directory = 'build/hostile';
const file = `${directory}/table.md`;
const deliveries = ['whole', 'bytes'] as const;
const rules = chosen();

const subjects: Subject[] = [await evenkeel('both'), await evenkeel('full'), await nodeHttp()];
const last = await nginx();
if (last) subjects.push(last);
const inputs = rules.reduce((sum, rule) => sum + rule.inputs.length, 0);
const count = (level: Rule['level']) => rules.filter((rule) => rule.level === level).length;
const trialCount = inputs * deliveries.length;
const notes = [
  `${rules.length} rules of RFC 9110 and 9112: ${count('MUST')} MUST, ${count('SHOULD')} SHOULD.`,
  `${inputs} inputs, each in one write and in one byte per write: ${trialCount} trials a column.`,
  last
    ? 'nginx is one of the columns.'
    : 'nginx is not installed, so it has no column; install nginx-light to compare.',
].join('\n');
print(notes);

const trials = await run(rules, deliveries, subjects, (done) => {
  if (done % 200 === 0) process.stderr.write(`${done} of ${trialCount} trials\n`);
});
const effects = (
  await Promise.all(
    subjects.map(async ({ name, close }) => (await close()).map((fault) => `${name}: ${fault}`)),
  )
).flat();

await mkdir(directory, { recursive: true });
await writeFile(
  file,
  table(
    trials,
    subjects.map(({ name }) => name),
    notes,
  ),
);
for (const [at, { name }] of subjects.entries()) {
  const broken = (level: Rule['level']) =>
    trials.filter(({ rule, outcomes }) => rule.level === level && outcomes[at]?.fault !== undefined)
      .length;
  print(`${name}: ${broken('MUST')} trials broke a MUST, ${broken('SHOULD')} a SHOULD`);
}
for (const fault of faultsOf(trials)) print(fault);
const different = trials.filter(({ difference }) => difference !== undefined);
for (const { rule, input, delivery, difference } of different)
  print(
    `the lanes differ: ${rule.section}, ${rule.claim}: ${input[0]}, ${delivery}: ${difference}`,
  );
for (const effect of effects) print(effect);
const unknown = trials.filter(
  (trial) =>
    trial.rule.level === 'MUST' &&
    trial.outcomes.slice(0, 2).some(({ fault }) => fault !== undefined) &&
    knownReason(trial) === undefined,
);
print(
  `${unknown.length} trials broke a MUST without a known reason. The lanes differed in ` +
    `${different.length}. The table is in ${file}.`,
);
process.exitCode = unknown.length + different.length + effects.length > 0 ? 1 : 0;

function chosen(): readonly Rule[] {
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    const text = values.only ?? '';
    const found = allRules.filter(({ section, claim }) => `${section} ${claim}`.includes(text));
    if (found.length === 0) throw new Error(`no rule contains '${text}'`);
    return found;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
