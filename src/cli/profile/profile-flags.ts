/** The flags of `evenkeel profile`. Output files are checked before a process is touched. */
import { optional, UsageError, wholeNumber, withDefault } from '../../config/parsers.js';
import { maxSeconds } from '../../lab/profile/attach/admin-protocol.js';
import type { Profile } from '../../lab/profile/profile.js';
import { outputFile } from '../args/files.js';
import { on } from '../args/flags.js';
import { tokenFlag } from '../args/server-access.js';

/** The endings of a file, and the kind of profile that one is for; undefined: for both. */
const formats = {
  svg: undefined,
  collapsed: undefined,
  cpuprofile: 'cpu',
  heapprofile: 'alloc',
  json: undefined,
} as const satisfies Readonly<Record<string, Profile['kind'] | undefined>>;

export type Format = keyof typeof formats;

export interface Output {
  readonly file: string;
  readonly format: Format;
  readonly only: Profile['kind'] | undefined;
}

function output(text: string, before: readonly Output[]): readonly Output[] {
  const ending = /\.([a-z]+)$/.exec(text)?.[1] ?? '';
  if (!Object.hasOwn(formats, ending))
    throw new UsageError(`a name that ends in .${Object.keys(formats).join(', .')}`);
  const format = ending as Format;
  return [...before, { file: outputFile(text), format, only: formats[format] }];
}

export const takeFlags = {
  pid: {
    value: 'N',
    help: 'the process; any Node program of yours',
    ...optional(wholeNumber(1, 2 ** 31 - 1)),
  },
  url: {
    value: 'ADMIN',
    help: 'or the admin address of a server, as evenkeel serve --admin-port prints it',
    ...optional(adminUrl),
  },
  ...tokenFlag,
  native: on('cpu only: by Linux perf, all threads, with native and kernel frames'),
  seconds: {
    value: 'N',
    help: 'length of the sampling',
    ...withDefault(wholeNumber(1, maxSeconds), 15),
  },
  requests: {
    value: 'N',
    help: 'number of requests served while sampling, to see the cost per request',
    ...optional(wholeNumber(1, 999_999_999_999_999)),
  },
  output: {
    short: 'o',
    value: 'FILE',
    help: 'a file to write; may be given several times (cpu.svg, alloc.svg)',
    isList: true,
    parse: output,
    fallback: [] as readonly Output[],
  },
};

export const diffFlags = {
  output: {
    short: 'o',
    value: 'FILE',
    help: 'the flame graph to write, .svg',
    ...withDefault(svgFile, 'diff.svg'),
  },
};

function svgFile(text: string): string {
  if (!text.endsWith('.svg')) throw new UsageError('a name that ends in .svg');
  return outputFile(text);
}

function adminUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:') throw new UsageError('an address such as http://127.0.0.1:9001');
  return url.origin;
}
