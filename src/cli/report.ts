/** `evenkeel report`: the whole experiment in one command, written down. */
import { optional, text, UsageError, withDefault } from '../config/parsers.js';
import { ScriptError, TargetError } from '../lab/load/load-errors.js';
import { loadLimits } from '../lab/load/load-options.js';
import { ProfileError } from '../lab/profile/profile-errors.js';
import type { Experiment } from '../lab/report/experiment.js';
import { ReportError, ServerUnderTestError } from '../lab/report/report-errors.js';
import {
  defaultReport,
  type ReportOptions,
  referenceThreads,
} from '../lab/report/report-options.js';
import { inputFile, outputDirectory } from './args/files.js';
import { describeFlags, parseCommandLine, type Values } from './args/flags.js';
import { certificateFlags, certificatesOf, tokenFlag } from './args/server-access.js';
import { duration, metric } from './args/units.js';
import { exitCodes } from './exit-codes.js';

export const flags = {
  label: {
    value: 'NAME',
    help: 'name of the report and of its directory of pictures',
    ...withDefault(label, defaultReport.label),
  },
  rate: {
    value: 'N',
    help: 'requests per second',
    ...withDefault(metric(1, loadLimits.rate), defaultReport.rate, '10k'),
  },
  connections: {
    value: 'N',
    help: 'connections of all threads together',
    ...withDefault(metric(1, loadLimits.connections), defaultReport.connections),
  },
  threads: {
    value: 'N',
    help: `threads that send; ${referenceThreads}, or fewer where the server needs the CPUs`,
    ...withDefault(metric(1, loadLimits.threads), defaultReport.threads),
  },
  duration: {
    value: 'T',
    help: 'length of each measured run; profiles take a quarter of it, 1 to 15 s',
    ...withDefault(duration(1_000, loadLimits.durationMs), defaultReport.durationMs, '60s'),
  },
  out: {
    value: 'DIR',
    help: 'directory for the report; created if it is missing',
    ...withDefault(text('a directory'), defaultReport.out),
  },
  compare: {
    value: 'FILE',
    help: 'also compares with this report, such as reports/before.json',
    ...optional(inputFile),
  },
  url: {
    value: 'URL',
    help: 'a server that runs already, instead of one of its own',
    ...optional(httpUrl),
  },
  'admin-url': {
    value: 'URL',
    help: "that server's admin port, see evenkeel serve --admin-port",
    ...optional(httpUrl),
  },
  ...tokenFlag,
  ...certificateFlags,
};

function label(given: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(given))
    throw new UsageError('a name of letters, digits, dots, dashes and underscores');
  return given;
}

function httpUrl(given: string): string {
  if (!/^https?:\/\/\S+$/.test(given) || !URL.canParse(given))
    throw new UsageError('a URL such as http://127.0.0.1:8080');
  return given;
}

export const summary = 'measure and profile a server under the reference load, and write it down';

export const errors = [ReportError, ServerUnderTestError, TargetError, ScriptError, ProfileError];

export const help = `evenkeel report: ${summary}

Usage: evenkeel report [flags]
       evenkeel report --compare BEFORE.json AFTER.json

${describeFlags(flags)}

Starts a server on a fresh store, warms it up, and loads it with wrk/put.lua and then with
wrk/get.lua. Each load is measured first, and then repeated under the CPU sampler and the allocation
sampler. Writes DIR/NAME.md with flame graphs and plots, and all figures as DIR/NAME.json.

Exit codes:
  ${exitCodes.fine}    written
  ${exitCodes.failed}    it could not run, or a report could not be read
  ${exitCodes.usage}    a wrong command line
  ${exitCodes.notValid}    written, but a measured run is not valid; the document begins with why
  ${exitCodes.interrupted}  Ctrl-C ended it; nothing is written

Examples:
  evenkeel report
  evenkeel report --duration 5s
  evenkeel report --label before
  evenkeel report --compare reports/before.json
  evenkeel report --compare reports/before.json reports/async.json
  evenkeel report --url http://127.0.0.1:8080 --admin-url http://127.0.0.1:9001
  evenkeel report --url http://127.0.0.1:8080 --admin-url http://127.0.0.1:9001 \\
    --token-file admin.token
`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  const { compare, out } = values;
  const [after, ...more] = operands;
  if (more.length > 0 || (after !== undefined && compare === undefined))
    throw new UsageError(
      `unexpected argument '${more[0] ?? after}'; a second report needs --compare FILE`,
    );
  // Read before the run, which takes minutes, so that a wrong file is reported at once.
  const { readReport } = await import('../lab/report/read-report.js');
  const before = compare === undefined ? undefined : readReport(compare);
  const options = optionsOf(values);
  outputDirectory('--out', out);
  const experiment = after === undefined ? await measure(options) : readReport(after);
  if (experiment === undefined) return;
  const { formatSummary } = await import('../lab/report/summary.js');
  const { writeReport } = await import('../lab/report/write-report.js');
  const { writeComparison } = await import('../lab/report/comparison.js');
  if (after === undefined)
    process.stdout.write(formatSummary(experiment.record, writeReport(out, experiment)));
  if (
    after === undefined &&
    Object.values(experiment.record.phases).some(({ load }) => !load.verdict.valid)
  )
    process.exitCode = exitCodes.notValid;
  if (before) process.stdout.write(`Report: ${writeComparison(out, before, experiment)}\n`);
}

function optionsOf(values: Values<typeof flags>): ReportOptions {
  const { label, rate, connections, threads, out, duration: durationMs } = values;
  if (connections < threads)
    throw new UsageError(
      '--connections takes at least as many as there are threads ' +
        `(${threads}), got '${connections}'`,
    );
  const server = serverOf(values);
  return { label, rate, connections, threads, out, durationMs, ...(server && { server }) };
}

/** The server that runs already, if there is one. */
function serverOf(values: Values<typeof flags>): ReportOptions['server'] {
  const { url, 'admin-url': adminUrl, 'token-file': token } = values;
  if ((url === undefined) !== (adminUrl === undefined))
    throw new UsageError(
      '--url and --admin-url go together: the load goes to one, the profiles come from the other',
    );
  if (token !== undefined && url === undefined)
    throw new UsageError('--token-file is for --url, a server that runs already');
  const certificates = certificatesOf(values, url ?? '');
  return url && adminUrl ? { url, adminUrl, token, certificates } : undefined;
}

/** Returns nothing if Ctrl-C ended it; no server is left behind. */
async function measure(options: ReportOptions): Promise<Experiment | undefined> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const { runExperiment } = await import('../lab/report/experiment.js');
  const began = performance.now();
  const log = (line: string) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`${`${seconds} s`.padStart(6)}  ${line}\n`);
  };
  try {
    return await runExperiment(options, interruption.signal, log);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.stderr.write(
      'evenkeel: interrupted; nothing was written, and no server is left behind\n',
    );
    process.exitCode = exitCodes.interrupted;
    return undefined;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
