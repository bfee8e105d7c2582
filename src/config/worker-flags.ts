/** Node's flags for threads of ours, which are files. */

/**
 * A thread inherits the process's flags, but Node refuses to run a file under --input-type, which says what the text after
 * --eval is. A list of the others would not do: a thread that is given flags refuses those of the whole process.
 */
export function workerFlags(flags: readonly string[] = process.execArgv): { execArgv?: string[] } {
  return flags.some((flag) => /^--input-type(=|$)/.test(flag)) ? { execArgv: [] } : {};
}
