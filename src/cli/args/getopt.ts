/**
 * Splits a command line the way getopt_long does, because wrk's and wrk2's users have it in their fingers:
 * `-t4`, `-t 4`, `--threads=4` and `--threads 4`, switches in a group (`-LU`), options before and after the
 * operands, `--` to end them, and long names cut short. All but the last is `util.parseArgs`; to that, a
 * name cut short is an option of its own.
 */
import { parseArgs } from 'node:util';
import { UsageError } from '../../config/parsers.js';

/** What has to be known of a flag to find it, and its value, on a command line. */
export interface Shape {
  /** What stands for the value in the help, such as `PORT`; none: the flag is a switch. */
  readonly value?: string;
  /** Its one letter. A flag that has one can also be given by an unambiguous beginning of its long name. */
  readonly short?: string;
}

type Shapes = Readonly<Record<string, Shape>>;

export interface Split {
  /** In the order given; a switch has no text. */
  readonly given: readonly (readonly [name: string, text: string | undefined])[];
  readonly operands: readonly string[];
}

/** @throws UsageError */
export function split(shapes: Shapes, args: readonly string[]): Split {
  const names = namesBySpelling(shapes);
  const options = Object.fromEntries(
    [...names].map(([spelling, [name = '']]) => {
      const { value, short } = shapes[name] as Shape;
      const type = value === undefined ? ('boolean' as const) : ('string' as const);
      return [spelling, { type, ...(spelling === name && short !== undefined && { short }) }];
    }),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: [string, string | undefined][] = [];
  const operands: string[] = [];
  for (const token of tokens)
    if (token.kind === 'positional') operands.push(token.value);
    else if (token.kind === 'option') {
      // parseArgs calls a letter that it does not know by itself, which may also be a name cut short.
      const isKnown = token.rawName.startsWith('--') || Object.hasOwn(shapes, token.name);
      const [name, ...others] = (isKnown && names.get(token.name)) || [];
      if (name === undefined) {
        const arg = args[token.index] ?? '';
        const group = /^-[^-]./.test(arg) ? ` (in '${arg}')` : '';
        throw new UsageError(`there is no flag '${token.rawName}'${group}`);
      }
      if (others.length > 0)
        throw new UsageError(`'${token.rawName}' may be --${[name, ...others].join(' or --')}`);
      const shape = shapes[name] as Shape;
      if (shape.value === undefined && token.value !== undefined)
        throw new UsageError(`${display(name, shape)} takes no value, got '${token.value}'`);
      if (shape.value !== undefined && token.value === undefined)
        throw new UsageError(`${display(name, shape)} needs a value, ${shape.value}`);
      given.push([name, token.value]);
    }
  return { given, operands };
}

/** How an error message calls a flag: `-t/--threads`. */
export function display(name: string, { short }: Shape): string {
  return short === undefined ? `--${name}` : `-${short}/--${name}`;
}

/** Each spelling of a long name, and the names it may stand for; a whole name stands for itself alone. */
function namesBySpelling(shapes: Shapes): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const [name, { short }] of Object.entries(shapes))
    for (let length = short === undefined ? name.length : 1; length < name.length; length++) {
      const spelling = name.slice(0, length);
      names.set(spelling, [...(names.get(spelling) ?? []), name]);
    }
  for (const name of Object.keys(shapes)) names.set(name, [name]);
  return names;
}
