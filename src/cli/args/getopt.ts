/**
 * Splits a command line the way getopt_long does, because users of wrk and wrk2 expect it: `-t4`,
 * `-t 4`, `--threads=4` and `--threads 4`, switches in a group (`-LU`), options before and after
 * the operands, `--` to end them, and abbreviated long names. `util.parseArgs` does all but the
 * last: each abbreviation is passed to it as an option of its own.
 */
import { parseArgs } from 'node:util';
import { UsageError } from '../../config/parsers.js';

/** The part of a flag that is needed to find it on a command line. */
export interface Shape {
  /** The placeholder of the value in the help, such as `PORT`; absent: the flag is a switch. */
  readonly value?: string;
  /** Its one letter. The long name of a flag that has one may be abbreviated. */
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
      // parseArgs reports an unknown letter as a name, which may look like an abbreviation.
      const isKnown = token.rawName.startsWith('--') || Object.hasOwn(shapes, token.name);
      const [name, ...others] = (isKnown && names.get(token.name)) || [];
      if (name === undefined) {
        const arg = args[token.index] ?? '';
        const group = /^-[^-]./.test(arg) ? ` (in '${arg}')` : '';
        throw new UsageError(`unknown flag '${token.rawName}'${group}`);
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

/** Each spelling, and the names it may stand for. A whole name stands for itself alone. */
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
