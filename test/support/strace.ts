/**
 * The log of `strace -f -y`, in order. strace handles one stop of one thread at a time and writes
 * it down before the thread goes on, so if one call had to end before another one could begin,
 * their lines stand in that order. A call that another thread's line interrupts takes two lines: `…
 * <unfinished ...>` and `<... name resumed>…`.
 */

export interface SystemCall {
  readonly thread: string;
  readonly name: string;
  /** All between the parentheses, and the result behind them. */
  readonly text: string;
  /** The first argument's descriptor and path (`-y`), such as `23` and `/data/data.mdb`. */
  readonly descriptor: number | undefined;
  readonly path: string | undefined;
  readonly result: number;
  /** Lines at which it began and ended. */
  readonly begun: number;
  readonly ended: number;
}

/** Arguments of strace that write such a log. */
export function straceCommand(log: string, calls: readonly string[], textBytes: number): string[] {
  return [
    'strace',
    '-f',
    '-y',
    '-qq',
    '-ttt',
    '-s',
    String(textBytes),
    '-e',
    `trace=${calls.join()}`,
    '-o',
    log,
  ];
}

/** The calls that succeeded, in the order in which they ended. */
export function parseStrace(log: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { text: string; begun: number }>();
  for (const [number, line] of log.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +\d+\.\d+ (.*)$/s.exec(line) ?? [];
    const cut = / ?<unfinished \.\.\.>$/.exec(rest);
    if (cut) {
      unfinished.set(thread, { text: rest.slice(0, cut.index), begun: number });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest);
    const first = resumed ? unfinished.get(thread) : undefined;
    const text = resumed ? (first?.text ?? '') + rest.slice(resumed[0].length) : rest;
    const call = parseCall(text);
    if (call) calls.push({ ...call, thread, begun: first?.begun ?? number, ended: number });
  }
  return calls;
}

function parseCall(whole: string): Omit<SystemCall, 'thread' | 'begun' | 'ended'> | undefined {
  const [, name, text = ''] = /^(\w+)\((.*)$/s.exec(whole) ?? [];
  const result = /\) += (\d+)(?:<[^>]*>)?$/.exec(text);
  if (name === undefined || !result) return undefined;
  const argument = /^(\d+)<([^>]*)>/.exec(text);
  return {
    name,
    text,
    descriptor: argument ? Number(argument[1]) : undefined,
    path: argument?.[2],
    result: Number(result[1]),
  };
}
