/** `evenkeel load`: loads a server at a constant rate and reports its latency; called like wrk2. */
import { ScriptError, ScriptExit, TargetError } from '../lab/load/load-errors.js';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { describeGroups } from './args/flags.js';
import { exitCodeHelp } from './exit-codes.js';
import { ourFlags, wrkFlags } from './load/load-flags.js';
import type { Terminal } from './load/load-run.js';
import { onInterrupt } from './signals.js';

export const summary = 'load a server at a constant rate, the way wrk2 is called';

export const errors = [TargetError, ScriptError, ProfileError];

export const flags = { ...wrkFlags, ...ourFlags };

const [wrkHelp, ourHelp] = describeGroups(wrkFlags, ourFlags);

export const help = `evenkeel load: ${summary}

Usage: evenkeel load [flags] URL [-- SCRIPT ARGUMENTS]

The flags of wrk2, in all its spellings (-t4, -t 4, --threads=4, --thr 4):
${wrkHelp}

More:
${ourHelp}

Numbers take k, M and G (10k is 10000), times ms, s, m and h (a plain number is seconds). If a flag
is given twice, the last counts.

The report ends with a verdict: whether the rate was reached, the generator was on time and nothing
failed.
--slo: a request is an error if it failed, or was still unsent one timeout after it was due.
--urls: a URL of the same host may stand in place of the path; # begins a comment.
--expect: all others are failures, and all that are given must hold. Without it, statuses above 399
are failures.
--http2: each stream takes the place of a connection of HTTP/1.1. A script's request() returns one
request of HTTP/1.1, which is sent as one of HTTP/2.
--stages: 1k-5k is a ramp. A latency belongs to the stage in which its request was due, and --slo
must hold in each.
--find-max doubles the rate, from --rate (1000) on, until a step fails twice. Then it halves the gap
down to 2 %.
--workload: 'get' reads the keys that 'put' of the same --key-space wrote. Sequential keys start
again after the last. Zipfian is YCSB's, with the exponent 0.99 and the hot keys spread out. A 404
is an error.
--explain: any Node process on this machine, or the admin port of evenkeel serve; Linux only. Its
inspector is opened for the run, and its CPU profiler runs.
--json -: the report goes to standard error.

${exitCodeHelp}

Examples:
  evenkeel load -t4 -c20 -d60s -R10000 -s wrk/put.lua --latency http://127.0.0.1:8080
  evenkeel load -t2 -c20 -d30s -R5k --workload put --key-space 100k http://127.0.0.1:8080
  evenkeel load -R5k --workload mixed:90/10 --keys zipfian --slo 'p99<5ms' http://127.0.0.1:8080
  evenkeel load -R1k -m PUT -b @value --expect 201 'http://127.0.0.1:8080/v0/entity?id=a'
  evenkeel load --stages 1k:30s,1k-5k:1m --arrivals poisson --html run.html http://127.0.0.1:8080
  evenkeel load -R10k -c4 --http2 --streams 25 -k https://127.0.0.1:8443
  evenkeel load -c50 -d10s --find-max --slo 'p99<5ms,errors<0.1%' http://127.0.0.1:8080/v0/status
  evenkeel load -R1000 --explain "$(pgrep -f server.mjs)" --slow 20ms http://127.0.0.1:8080
  evenkeel load -R1000 --json before.json http://127.0.0.1:8080/v0/status
`;

export async function run(args: readonly string[], version: string): Promise<void> {
  const { parseLoad } = await import('./load/options-from-flags.js');
  const command = parseLoad(args);
  if (command === 'help') process.stdout.write(help);
  else if (command === 'version') process.stdout.write(`${version}\n`);
  else {
    const interruption = new AbortController();
    const stopListening = onInterrupt(() => interruption.abort());
    const terminal = terminalFor(command.json === '-', interruption.signal);
    const perform = command.findMax
      ? (await import('./load/search.js')).search
      : (await import('./load/load-run.js')).runOnce;
    process.exitCode = await perform(command, terminal)
      .catch(exitCodeOfScript)
      .finally(stopListening);
  }
}

/** A script that calls os.exit() says how the command ends. */
function exitCodeOfScript(error: unknown): number {
  if (error instanceof ScriptExit) return error.code;
  throw error;
}

/** With the JSON on standard output, people read standard error. */
function terminalFor(jsonOnStdout: boolean, signal: AbortSignal): Terminal {
  const people = jsonOnStdout ? process.stderr : process.stdout;
  return {
    print: (text) => people.write(text.endsWith('\n') ? text : `${text}\n`),
    printJson: (text) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    ...(process.stderr.isTTY && { progress: process.stderr }),
    signal,
  };
}
