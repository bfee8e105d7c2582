/**
 * Splits a command line the way getopt_long does, because wrk's and wrk2's users have it in their fingers: `-t4`, `-t 4`,
 * `--threads=4` and `--threads 4`, switches in a group (`-LU`), options before and after the operands, `--` to end
 * them, and long names cut short.
 */

/** A wrong command line. Printed without a stack; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What has to be known of a flag to find it, and its value, on a command line. */
export interface Shape {
  /** What stands for the value in the help, such as `PORT`; none: the flag is a switch. */
  readonly value?: string;
  /** Its one letter. A flag that has one can also be given by an unambiguous beginning of its long name. */
  readonly short?: string;
}

export type Shapes = Readonly<Record<string, Shape>>;

export interface Split {
  /** In the order given; a switch has no text. */
  readonly given: readonly (readonly [name: string, text: string | undefined])[];
  readonly operands: readonly string[];
}

/** @throws UsageError */
export function split(shapes: Shapes, args: readonly string[]): Split {
  const given: [string, string | undefined][] = [];
  const operands: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') operands.push(...rest.splice(0));
    else if (arg.startsWith('--')) given.push(long(shapes, arg, rest));
    else if (arg.startsWith('-') && arg !== '-') given.push(...group(shapes, arg, rest));
    else operands.push(arg);
  }
  return { given, operands };
}

/** How an error message calls a flag: `-t/--threads`. */
export function display(name: string, { short }: Shape): string {
  return short === undefined ? `--${name}` : `-${short}/--${name}`;
}

function long(shapes: Shapes, arg: string, rest: string[]): [string, string | undefined] {
  const [, written = '', text] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
  const name = longName(shapes, written);
  const shape = shapes[name] as Shape;
  if (shape.value === undefined) {
    if (text !== undefined)
      throw new UsageError(`${display(name, shape)} takes no value, got '${text}'`);
    return [name, undefined];
  }
  return [name, text ?? following(name, shape, rest)];
}

function longName(shapes: Shapes, written: string): string {
  if (Object.hasOwn(shapes, written)) return written;
  const meant = Object.keys(shapes).filter(
    (name) => written !== '' && name.startsWith(written) && shapes[name]?.short !== undefined,
  );
  if (meant.length > 1)
    throw new UsageError(`'--${written}' may be ${meant.map((name) => `--${name}`).join(' or ')}`);
  const [name] = meant;
  if (name === undefined) throw new UsageError(`there is no flag '--${written}'`);
  return name;
}

/** One or more letters behind a dash: switches, and at the end perhaps a flag with its value. */
function* group(
  shapes: Shapes,
  arg: string,
  rest: string[],
): Generator<[string, string | undefined]> {
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at] as string;
    const [name, shape] = Object.entries(shapes).find(([, { short }]) => short === letter) ?? [];
    if (name === undefined || shape === undefined)
      throw new UsageError(
        `there is no flag '-${letter}'${arg.length > 2 ? ` (in '${arg}')` : ''}`,
      );
    if (shape.value !== undefined) {
      yield [name, arg.slice(at + 1) || following(name, shape, rest)];
      return;
    }
    yield [name, undefined];
  }
}

function following(name: string, shape: Shape, rest: string[]): string {
  const text = rest.shift();
  if (text === undefined)
    throw new UsageError(`${display(name, shape)} needs a value, ${shape.value}`);
  return text;
}
