/** The flags of `evenkeel profile`. Output files are checked before a process is touched. */
import { optional, UsageError, wholeNumber, withDefault } from '../../config/parsers.js';
import { maxSeconds } from '../../lab/profile/attach/admin-protocol.js';
import type { Kind } from '../../lab/profile/kinds.js';
import { outputFile } from '../args/files.js';
import { on } from '../args/flags.js';
import { tokenFlag } from '../args/server-access.js';

/** The endings of a file, and the action that one is for; undefined: for both. */
const formats = {
  svg: undefined,
  md: undefined,
  'pb.gz': undefined,
  collapsed: undefined,
  cpuprofile: 'cpu',
  heapprofile: 'alloc',
  json: undefined,
} as const satisfies Readonly<Record<string, Kind | undefined>>;

export type Format = keyof typeof formats;

export interface Output {
  readonly file: string;
  readonly format: Format;
  readonly only: Kind | undefined;
}

function output(text: string, before: readonly Output[]): readonly Output[] {
  const format = (Object.keys(formats) as Format[]).find((ending) => text.endsWith(`.${ending}`));
  if (format === undefined)
    throw new UsageError(`a name that ends in .${Object.keys(formats).join(', .')}`);
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
  'no-source-maps': on('show frames in the code that runs, even where a source map tells more'),
  'heap-growth': on('alloc only: what stays on the heap, per 1000 requests'),
  native: on('cpu only: by Linux perf, all threads, with native and kernel frames'),
  seconds: {
    value: 'N',
    help: 'length of the sampling',
    ...withDefault(wholeNumber(1, maxSeconds), 15),
  },
  requests: {
    value: 'N',
    help: 'number of requests served while sampling, for their cost; --url counts them',
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
