/** The flags of `evenkeel load`, each for itself: wrk2's own, letter for letter, and ours. */
import {
  byteSize,
  formatBytes,
  oneOf,
  optional,
  UsageError,
  wholeNumber,
  withDefault,
} from '../../config/parsers.js';
import type { TargetName } from '../../lab/explain/target/choose.js';
import { parseSlo } from '../../lab/load/judge/slo.js';
import {
  defaultOptions,
  type Expectation,
  loadLimits,
  type Workload,
} from '../../lab/load/load-options.js';
import { inputFile, outputFile, socketFile } from '../args/files.js';
import { on, type Values } from '../args/flags.js';
import { type Header, header, withoutValue } from '../args/header.js';
import { certificateFlags, tokenFlag } from '../args/server-access.js';
import { duration, latency, metric } from '../args/units.js';
import { content, expectation, method, stages, withoutData } from './request-flags.js';

export const wrkFlags = {
  threads: {
    short: 't',
    value: 'N',
    help: 'threads that send; leave a core to the server',
    ...withDefault(metric(1, loadLimits.threads), defaultOptions.threads),
  },
  connections: {
    short: 'c',
    value: 'N',
    help: 'connections of all threads together',
    ...withDefault(metric(1, loadLimits.connections), defaultOptions.connections),
  },
  duration: {
    short: 'd',
    value: 'T',
    help: 'length of the run',
    defaultText: '10s',
    ...optional(duration(1, loadLimits.durationMs)),
  },
  rate: {
    short: 'R',
    value: 'N',
    help: 'requests per second over all connections; required',
    ...optional(metric(1, loadLimits.rate)),
  },
  script: {
    short: 's',
    value: 'FILE',
    help: 'Lua script of wrk or wrk2, or a .js or .ts module with the same hooks',
    ...optional(inputFile),
  },
  header: {
    short: 'H',
    value: '"NAME: VALUE"',
    help: 'header for each request; repeatable, the last of a name counts',
    isList: true,
    parse: header,
    quote: withoutValue,
    fallback: [] as readonly Header[],
  },
  latency: on('print the percentiles of latency, counted from when a request was due', 'L'),
  u_latency: on('print also those counted from when it was sent; implies --latency', 'U'),
  timeout: {
    short: 'T',
    value: 'T',
    help: 'a request without a response for so long is a timeout',
    ...withDefault(duration(1, loadLimits.durationMs), defaultOptions.timeoutMs, '2s'),
  },
  batch_latency: on("wrk2's, refused: every latency is recorded, pipelined or not", 'B'),
  version: on('print the version', 'v'),
  help: on('print this', 'h'),
};

export const ourFlags = {
  method: {
    short: 'm',
    value: 'METHOD',
    help: 'of each request without a script',
    defaultText: 'GET, or POST with -b',
    ...optional(method),
  },
  body: {
    short: 'b',
    value: 'DATA|@FILE',
    help: 'content of each request: the text, or what is in the file',
    ...optional(content),
    quote: withoutData,
  },
  urls: {
    value: 'FILE',
    help: 'requests in turns, a line each: [METHOD ]PATH',
    ...optional(inputFile),
  },
  expect: {
    value: 'WHAT',
    help: 'responses that are right: 201, 2xx, 200,404 or /REGEX/; repeatable',
    parse: expectation,
    fallback: undefined as Expectation | undefined,
  },
  http2: on('HTTP/2: by ALPN over https, with prior knowledge over http (h2c)'),
  streams: {
    value: 'N',
    help: 'of --http2: requests in flight at most, on each connection',
    defaultText: '1',
    ...optional(metric(1, loadLimits.connections)),
  },
  stages: {
    value: 'LIST',
    help: 'rates in place of -R and -d, such as 1k:30s,1k-5k:1m',
    ...optional(stages),
  },
  arrivals: {
    value: 'HOW',
    help: 'even, or poisson: at random, as from many clients',
    defaultText: 'even',
    ...optional(oneOf('even', 'poisson')),
  },
  workload: {
    value: 'W',
    help: 'put, get or mixed:90/10 (GETs/PUTs) of /v0/entity?id=KEY below the URL',
    ...optional(putShare),
  },
  keys: {
    value: 'ORDER',
    help: 'of a workload: sequential, uniform or zipfian',
    defaultText: 'sequential',
    ...optional(oneOf<Workload['keys']>('sequential', 'uniform', 'zipfian')),
  },
  'key-space': {
    value: 'N',
    help: 'of a workload: number of keys',
    defaultText: '1M',
    ...optional(metric(1, loadLimits.keySpace)),
  },
  'value-bytes': {
    value: 'SIZE',
    help: `of a workload: size of a value, up to ${formatBytes(loadLimits.valueBytes)}`,
    defaultText: '100',
    ...optional(byteSize(0, loadLimits.valueBytes)),
  },
  seed: {
    value: 'N',
    help: 'of a workload, of --arrivals: the same makes the same requests',
    defaultText: '1',
    ...optional(wholeNumber(0, 999_999_999_999_999)),
  },
  warmup: {
    value: 'T',
    help: 'sends at the same rate before the run, and records nothing of it',
    ...withDefault(duration(0, loadLimits.durationMs), defaultOptions.warmupMs, '0s'),
  },
  json: {
    value: 'FILE',
    help: 'writes the record, for evenkeel compare; - is standard output',
    ...optional((file) => (file === '-' ? file : outputFile(file))),
  },
  hgrm: {
    value: 'FILE',
    help: "writes the percentiles for HdrHistogram's plotter",
    ...optional(outputFile),
  },
  html: {
    value: 'FILE',
    help: 'writes one page with the figures and their plots',
    ...optional(outputFile),
  },
  slo: {
    value: 'SLO',
    help: "objective such as 'p99<5ms,errors<0.1%'; also mean, max, rate>9900",
    ...optional(parseSlo),
  },
  slow: {
    value: 'T',
    help: 'prints the worst moments with such requests; --json lists each',
    ...optional((text) => latency(text) / 1000),
  },
  explain: {
    value: 'PID|ADMIN',
    help: 'says why requests of --slow, or above p99, were slow',
    ...optional(targetName),
  },
  'explain-out': {
    value: 'DIR',
    help: 'of --explain: writes flame graphs of the slow moments and of the rest',
    ...optional((directory: string) => directory),
  },
  'find-max': on('searches the highest rate that is valid and holds --slo'),
  'allow-invalid': on('a run that is not valid does not fail the command'),
  'unix-socket': {
    value: 'PATH',
    help: 'connects to this socket; the URL gives Host and path only',
    ...optional(socketFile),
  },
  ...tokenFlag,
  ...certificateFlags,
  insecure: on("takes any certificate, also one that is not the server's", 'k'),
};

export type LoadValues = Values<typeof wrkFlags> & Values<typeof ourFlags>;

/** A process id, or the address of an admin port. */
function targetName(given: string): TargetName {
  if (/^[1-9][0-9]{0,9}$/.test(given)) return { pid: Number(given) };
  if (URL.canParse(given) && new URL(given).protocol === 'http:')
    return { admin: new URL(given).origin };
  throw new UsageError('a process id, or an admin address such as http://127.0.0.1:9001');
}

function putShare(given: string): number {
  if (given === 'put') return 1;
  if (given === 'get') return 0;
  const [, gets, puts] = /^mixed:([0-9]{1,3})\/([0-9]{1,3})$/.exec(given) ?? [];
  if (gets === undefined || puts === undefined || Number(gets) + Number(puts) !== 100)
    throw new UsageError('put, get or mixed:GETS/PUTS of 100, such as mixed:90/10');
  return Number(puts) / 100;
}
