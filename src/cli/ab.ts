/** `evenkeel ab`: its help. The rest is in ab/run-ab.ts, which is imported when it runs. */
import { BuildError } from '../lab/ab/build-error.js';
import { minRounds } from '../lab/ab/plan.js';
import { ScriptError, TargetError } from '../lab/load/load-errors.js';
import { abFlags, sentFlags } from './ab/ab-flags.js';
import { describeGroups } from './args/flags.js';
import { exitCodes } from './exit-codes.js';

export const summary = 'compare two builds of a server in interleaved rounds, with their certainty';

export const errors = [BuildError, TargetError, ScriptError];

export const flags = { ...abFlags, ...sentFlags };

const [ownHelp, sentHelp] = describeGroups(abFlags, sentFlags);

export const help = `evenkeel ab: ${summary}

Usage: evenkeel ab --a COMMAND --b COMMAND [flags] [PATH]
       evenkeel ab [flags] URL-A URL-B

${ownHelp}

As in evenkeel load, for each run; -R is required:
${sentHelp}

A command starts a server on port {port} of 127.0.0.1, and may keep files in the directory {dir}. It
is started afresh for each run, by a shell. The run begins when PATH (/) is answered.

First A is measured against A, in ${minRounds} rounds: that shows what is chance.
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
  const { compareBuildsBy } = await import('./ab/run-ab.js');
  await compareBuildsBy(args);
}
