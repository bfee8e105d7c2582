/** The command line of `npm run bench`. What is wrong with it is said before anything starts, with exit code 2. */
import { join, resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Part, Settings } from './part.js';

const help = `npm run bench [-- FLAGS]

  --only PART[,PART]  get-peak, put-peak, reference, growth, cold, ten-minutes, or all; default: get-peak,put-peak
  --rounds N          rounds of each part (3; reference 5, cold 9)
  --seconds N         of each measurement (3; reference 20, growth and cold 10)
  --warmup N          seconds that each peer is under load before its peak is measured (5)
  --connections N,N   of the peaks: only these of 20, 64 and 256
  --entities N        of 100 bytes in a store before its peak is measured (200000; as many bytes of larger ones)
  --sizes N,N,…       growth: entities of each store (100000,1000000,10000000)
  --excess N          cold: times that the file is larger than the memory its server may use (8)
  --minutes N         ten-minutes: of PUT, and then of GET (10)
  --wrk2 PATH         reference: the program wrk2, which no one packages; or WRK2=PATH
  --data DIR          where stores are made; on the disk to be measured (build/)
  --out DIR           where RESULTS.md and results/ are written (bench/; with --quick build/bench-quick/)
  --quick             every part, small: shows that they run; its figures are not for publishing
`;

type Numbers = Omit<Settings, 'folder' | 'wrk2' | 'connections'>;

const defaults: Numbers = {
  rounds: 3,
  seconds: 3,
  warmup: 5,
  entities: 200_000,
  sizes: [100_000, 1_000_000, 10_000_000],
  excess: 8,
  minutes: 10,
};

const quick: Numbers = {
  rounds: 1,
  seconds: 1,
  warmup: 1,
  entities: 10_000,
  sizes: [10_000, 100_000],
  excess: 2,
  minutes: 0.1,
};

export interface Command {
  readonly names: readonly string[];
  readonly out: string;
  readonly dataFolder: string;
  /** What is asked for, else what the part or the bench takes by default. */
  readonly settingsOf: (part: Part) => Omit<Settings, 'folder'>;
}

export function readFlags(
  args: readonly string[],
  parts: Readonly<Record<string, Part>>,
  home: string,
): Command {
  const text = { type: 'string' } as const;
  const { values } = parse({
    args: [...args],
    options: {
      only: text,
      rounds: text,
      seconds: text,
      warmup: text,
      entities: text,
      sizes: text,
      connections: text,
      excess: text,
      minutes: text,
      wrk2: text,
      data: text,
      out: text,
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const given = Object.fromEntries(
    (['rounds', 'seconds', 'warmup', 'entities', 'excess', 'minutes'] as const)
      .filter((name) => values[name] !== undefined)
      .map((name) => [name, positive(name, values[name] as string, name === 'minutes')]),
  );
  const list = (name: 'sizes' | 'connections') =>
    values[name]?.split(',').map((text) => positive(name, text, false));
  const sizes = list('sizes');
  const connections = list('connections');
  const all = Object.keys(parts);
  const only = values.only ?? (values.quick ? 'all' : 'get-peak,put-peak');
  const names = only === 'all' ? all : only.split(',');
  for (const name of names)
    if (!all.includes(name)) fail(`--only takes ${all.join(', ')} or all, got ${name}`);
  return {
    names,
    out: resolve(values.out ?? join(home, values.quick ? 'build/bench-quick' : 'bench')),
    dataFolder: resolve(values.data ?? join(home, 'build')),
    settingsOf: (part) => ({
      ...defaults,
      ...part.defaults,
      ...(values.quick && quick),
      ...given,
      ...(sizes && { sizes: sizes.toSorted((a, b) => a - b) }),
      connections,
      wrk2: values.wrk2 ?? process.env.WRK2,
    }),
  };
}

function parse<const T extends ParseArgsConfig>(config: T) {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function positive(name: string, text: string, fraction: boolean): number {
  const number = Number(text);
  if (!(number > 0) || (!fraction && !Number.isSafeInteger(number)))
    fail(`--${name} takes a positive ${fraction ? '' : 'whole '}number, got ${text}`);
  return number;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${help}`);
  process.exit(2);
}
