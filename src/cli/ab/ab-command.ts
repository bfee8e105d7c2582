/** The command line of `evenkeel ab`: checked before a server starts. */
import { UsageError } from '../../config/parsers.js';
import type { BuildTarget } from '../../lab/ab/build-server.js';
import { type Build, calibrationRounds, type Plan } from '../../lab/ab/compare-builds.js';
import { minRounds } from '../../lab/ab/plan.js';
import type { LoadOptions } from '../../lab/load/load-options.js';
import { outputDirectory } from '../args/files.js';
import { parseCommandLine } from '../args/flags.js';
import { checkUrl } from '../load/load-url.js';
import { loadOptionsOf } from '../load/options-from-flags.js';
import { type AbValues, abFlags, loadValuesOf, sentFlags } from './ab-flags.js';

export interface AbCommand {
  readonly targets: Readonly<Record<Build, BuildTarget>>;
  readonly options: LoadOptions;
  readonly plan: Plan;
  readonly budgetMs: number;
  /** A round takes about so long. */
  readonly roundMs: number;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly junit: string | undefined;
  /** Where GitHub wants the summary of a step. */
  readonly summaryFile: string | undefined;
}

/** For each run: a server starts and ends, and connections open. */
const overheadMs = 1500;
/** More say nothing new. */
const maxRounds = 500;

/** @throws UsageError */
export function parseAb(args: readonly string[], env = process.env): AbCommand {
  const { values, operands } = parseCommandLine({ ...sentFlags, ...abFlags }, args);
  if (values.rate === undefined)
    throw new UsageError(
      '-R/--rate is missing; it takes requests per second, such as -R 1000 or -R 1k',
    );
  const targets = targetsOf(values, operands);
  const options = loadOptionsOf(loadValuesOf(values), urlOf(targets.a), []);
  const roundMs = 2 * (options.warmupMs + options.durationMs + overheadMs);
  const rounds = Math.min(maxRounds, Math.floor(values.budget / roundMs) - calibrationRounds);
  if (rounds < minRounds) {
    const least = Math.ceil(((calibrationRounds + minRounds) * roundMs) / 1000);
    throw new UsageError(
      `--budget takes at least ${least}s for ${calibrationRounds} rounds of A against A and ` +
        `${minRounds} of A against B, got '${values.budget / 1000}s'; or shorten -d or --warmup`,
    );
  }
  const summaryFile = values.github ? env.GITHUB_STEP_SUMMARY : undefined;
  if (values.github && !summaryFile)
    throw new UsageError('--github needs the variable GITHUB_STEP_SUMMARY, which GitHub sets');
  return {
    targets,
    options,
    plan: { maxRounds: rounds, tolerance: values.tolerance, alarmShare: values.alarms },
    budgetMs: values.budget,
    roundMs,
    json: values.json,
    markdown: values.markdown,
    junit: values.junit,
    summaryFile,
  };
}

function targetsOf(
  { a, b, dir: parentDirectory }: AbValues,
  operands: readonly string[],
): AbCommand['targets'] {
  if (a === undefined && b === undefined) {
    const [first, second, ...more] = operands;
    if (first === undefined || second === undefined || more.length > 0)
      throw new UsageError(`ab takes --a and --b, or two URLs, got ${operands.length} of these`);
    return { a: { url: checkUrl(first) }, b: { url: checkUrl(second) } };
  }
  if (a === undefined || b === undefined)
    throw new UsageError(`--a and --b go together: --${a === undefined ? 'a' : 'b'} is missing`);
  const [path = '/', ...more] = operands;
  if (more.length > 0) throw new UsageError(`ab takes one PATH, got '${more[0]}' more`);
  if (!path.startsWith('/'))
    throw new UsageError(`with --a and --b, ab takes a PATH that begins with /, got '${path}'`);
  checkUrl(`http://127.0.0.1${path}`);
  for (const [name, command] of Object.entries({ a, b }))
    if (!command.includes('{port}'))
      throw new UsageError(`--${name} takes a command with {port} in it, got '${command}'`);
  outputDirectory('--dir', parentDirectory);
  return { a: { command: a, path, parentDirectory }, b: { command: b, path, parentDirectory } };
}

/** The flags are checked with a URL; that of a command has its port only when it runs. */
function urlOf(target: BuildTarget): string {
  return 'url' in target ? target.url : `http://127.0.0.1${target.path}`;
}
