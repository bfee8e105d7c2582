/** One run of a build: it is started, loaded and ended, and its figures taken. */
import { faultOf } from '../load/judge/verdict.js';
import { runLoad as realRun } from '../load/load.js';
import type { LoadOptions } from '../load/load-options.js';
import type { LoadResult } from '../load/result/result.js';
import { BuildError } from './build-error.js';
import { type BuildTarget, startBuild } from './build-server.js';
import type { Build } from './compare-builds.js';
import { type Figures, figuresOf, type Usage } from './figures.js';

/** A run is made again so often if its figures can't be used. */
const maxTries = 3;

export interface BuildRuns {
  readonly targets: Readonly<Record<Build, BuildTarget>>;
  /** Its URL is each target's own. */
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
  /** Told of each run that is made again. */
  readonly onFault: (build: Build, fault: string) => void;
  readonly runLoad?: typeof realRun;
}

/** Returns the function that makes a run. It throws BuildError, TargetError and ScriptError. */
export function buildRunner(runs: BuildRuns): (build: Build) => Promise<Figures> {
  return async (build) => {
    let last = '';
    for (let tries = 0; tries < maxTries; tries++) {
      const { result, usage } = await runOnce(runs, build);
      runs.signal.throwIfAborted();
      const fault = faultOf(result);
      if (fault === undefined) return figuresOf(result, usage);
      runs.onFault(build, fault);
      last = fault;
    }
    const name = build.toUpperCase();
    throw new BuildError(`${name} can't be compared, in ${maxTries} runs on end: ${last}`);
  };
}

async function runOnce(
  { targets, options, signal, runLoad = realRun }: BuildRuns,
  build: Build,
): Promise<{ result: LoadResult; usage?: Usage }> {
  const server = await startBuild(targets[build]).catch((error: unknown) => {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(`${build.toUpperCase()}: ${error.message}`, { cause: error });
  });
  let before: Usage | undefined;
  let after: Usage | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = await runLoad(
      { ...options, url: server.url },
      {
        signal,
        // The warm-up is of no request that counts.
        onBegin: () => {
          timer = setTimeout(() => {
            before = server.usage();
          }, options.warmupMs);
        },
        onResult: () => {
          after = server.usage();
        },
      },
    );
    if (!before || !after) return { result };
    const cpuUs = after.cpuUs - before.cpuUs;
    return { result, usage: { cpuUs, writtenBytes: after.writtenBytes - before.writtenBytes } };
  } finally {
    clearTimeout(timer);
    await server.close();
  }
}
