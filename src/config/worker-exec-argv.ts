/** Node's flags for our worker threads. */

/**
 * A thread inherits the flags of the process, but Node refuses to run a file under --input-type,
 * which describes the text after --eval. Passing all other flags on fails too: some are refused for
 * a thread.
 */
export function workerExecArgv(flags: readonly string[] = process.execArgv): {
  execArgv?: string[];
} {
  return flags.some((flag) => /^--input-type(=|$)/.test(flag)) ? { execArgv: [] } : {};
}
