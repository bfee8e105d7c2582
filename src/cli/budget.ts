/** `evenkeel budget`: its help. The rest is in budget/run-budget.ts, imported when it runs. */
import { BuildError } from '../lab/ab/build-error.js';
import { TargetError } from '../lab/load/load-errors.js';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { describeFlags, describeGroups } from './args/flags.js';
import { checkFlags, requestFlags, writeFlags } from './budget/budget-flags.js';
import { exitCodes } from './exit-codes.js';

export const summary = 'hold the CPU time and the bytes of a request against a budget in a file';

export const errors = [BuildError, ProfileError, TargetError];

export const actions = { write: { ...writeFlags, ...requestFlags }, check: checkFlags };

const [writeHelp, requestHelp] = describeGroups(writeFlags, requestFlags);

export const help = `evenkeel budget: ${summary}

Usage: evenkeel budget write --command COMMAND [flags] [PATH]
       evenkeel budget check [flags]

Flags of write:
${writeHelp}
${requestHelp}

Flags of check, which takes all else from the budget:
${describeFlags(checkFlags)}

The server gets a fixed number of requests, one after the other over one connection. So it does the
same work each time, however busy the machine is. Counted are the CPU time of all its processes, and
the bytes that its main thread allocates in V8's heap. Samplers then tell the functions. Linux only.

Above its tolerance a cost fails the check, and the functions that grew are named. Neither cost is
judged under another version of Node, nor CPU time on another processor. The flags of the request
are kept in the budget as they are: leave secrets out.

Exit codes:
  ${exitCodes.fine}    written, or within the budget
  ${exitCodes.failed}    the command did not start, or a request failed
  ${exitCodes.usage}    a wrong command line, or a file that is not a budget
  ${exitCodes.regression}    above the budget
  ${exitCodes.interrupted}  Ctrl-C ended it

Examples:
  evenkeel budget write --command 'node server.js {port}' /hello
  evenkeel budget write --command 'node server.js {port}' -m PUT -b @value --expect 2xx /value
  evenkeel budget check
  evenkeel budget check --junit budget.xml --github
`;

export async function run(args: readonly string[]): Promise<void> {
  const { runBudget } = await import('./budget/run-budget.js');
  await runBudget(args);
}
