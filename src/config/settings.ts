/**
 * The settings of `evenkeel serve`, one table: flags, variables, keys of the configuration file,
 * help, completion and docs/configuration.md follow from it.
 */
import { accessSettings } from './access-settings.js';
import { clusterSettings } from './cluster-settings.js';
import { namedLimits } from './given-limits.js';
import { defaultLimits, maxCacheBytes, maxValueLimit } from './limits.js';
import { logSettings } from './log-settings.js';
import {
  byteSize,
  formatBytes,
  hostNames,
  oneOf,
  optional,
  origins,
  text,
  wholeNumber,
  withDefault,
  yesOrNo,
} from './parsers.js';

export interface Setting<T = unknown> {
  /** The placeholder of the value in the help, such as `PORT`; absent: a switch. */
  readonly value?: string;
  readonly help: string;
  readonly defaultText: string;
  readonly unit: string;
  /** The price of raising or changing it. */
  readonly cost: string;
  /** Whether it may be given more than once. */
  readonly isList?: boolean;
  parse(text: string): T;
  readonly fallback: T;
}

export const settings = {
  port: {
    value: 'PORT',
    help: 'TCP port to listen on; 0 takes a free one',
    unit: 'TCP port',
    cost: 'nothing; a port below 1024 needs privileges',
    ...withDefault(wholeNumber(0, 65_535), 8080),
  },
  host: {
    value: 'ADDRESS',
    help: 'address to listen on; beyond loopback see --tokens, --insecure',
    unit: 'IP address or host name',
    cost: 'beyond loopback: --tokens or --tls-client-ca, or --insecure for everyone',
    ...withDefault(text('an address such as 127.0.0.1 or ::1'), '127.0.0.1'),
  },
  ...accessSettings,
  'allow-host': {
    value: 'NAME',
    help: 'host names that requests may use, by commas',
    unit: 'host names, without a port',
    cost: 'pages in a browser reach the server once the name resolves to it',
    isList: true,
    ...withDefault(hostNames, [], 'localhost on loopback, else any'),
  },
  cors: {
    value: 'ORIGIN',
    help: 'origins whose pages in a browser may use the store, by commas',
    unit: 'origins, such as https://app.example',
    cost: 'every page of the origin can read and write all data',
    isList: true,
    ...withDefault(origins, [], 'none'),
  },
  data: {
    value: 'DIR',
    help: 'directory that holds the data; created if it is missing',
    unit: 'path, relative to the working directory',
    cost: 'every acknowledged write waits for this disk',
    ...withDefault(text('a directory'), 'data', './data'),
  },
  ...clusterSettings,
  'max-value': {
    value: 'SIZE',
    help: 'largest value, such as 512KiB or 64MiB',
    unit: 'bytes, or with KiB, MiB, GiB',
    cost: 'memory: each request may hold one value; above 32MiB the bounds on memory grow too',
    ...withDefault(
      byteSize(1, maxValueLimit),
      defaultLimits.maxValueBytes,
      formatBytes(defaultLimits.maxValueBytes),
    ),
  },
  cache: {
    value: 'SIZE',
    help: 'memory for small entities (up to 2KiB) that were read; 0 for none',
    unit: 'bytes, or with KiB, MiB, GiB',
    cost: 'memory: this much and up to two sevenths more once the cache is full',
    ...withDefault(
      byteSize(0, maxCacheBytes),
      defaultLimits.cacheBytes,
      formatBytes(defaultLimits.cacheBytes),
    ),
  },
  lanes: {
    value: 'WHICH',
    help: 'full: all requests take node:http, to compare; both: plain ones do not',
    unit: '`both` or `full`',
    cost: '`full` serves a third of the requests with the same CPU time',
    ...withDefault(oneOf('both', 'full'), 'both'),
  },
  'admin-port': {
    value: 'PORT',
    help: 'port of dashboard, metrics, profiles and backups; 0 takes a free one',
    defaultText: 'off',
    unit: 'TCP port',
    cost: 'without --tokens every user of this machine can profile it and copy the data',
    ...optional((text) => (text === 'off' ? undefined : wholeNumber(0, 65_535)(text))),
  },
  limits: {
    value: 'NAME=N',
    help: 'bounds that have no flag, by commas, such as drainMs=30000',
    unit: '[limits](#limits), separated by commas; in the file an object',
    cost: 'see [limits](#limits)',
    isList: true,
    ...withDefault(namedLimits, {}, 'none changed'),
  },
  insecure: {
    help: 'serve everyone who reaches --host, without tokens and certificates',
    unit: '`true` or `false`; the flag has no value',
    cost: 'everyone who reaches the host can read and write all data',
    ...withDefault(yesOrNo, false, 'off'),
  },
  json: {
    help: 'print one line of JSON in place of the banner, for programs',
    unit: '`true` or `false`; the flag has no value',
    cost: 'nothing',
    ...withDefault(yesOrNo, false, 'off'),
  },
  ...logSettings,
  config: {
    value: 'FILE',
    help: 'configuration file, JSON',
    defaultText: 'none',
    unit: 'path, relative to the working directory',
    cost: 'nothing; the file is read once, at the start',
    ...optional(text('a file')),
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** The variable of a setting: `EVENKEEL_MAX_VALUE` for `max-value`. */
export function variableOf(name: string): string {
  return `EVENKEEL_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The key of a setting in the file: `maxValue` for `max-value`. The file does not name itself. */
export function keyOf(name: string): string | undefined {
  if (name === 'config') return undefined;
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
