/**
 * The settings of `evenkeel serve`, one table: flags, variables, keys of the configuration file,
 * help and docs/configuration.md follow from it. A flag wins over a variable, a variable over the
 * file, and the file over the default.
 */
import { readFileSync } from 'node:fs';
import { accessSettings, tlsOf } from './access-settings.js';
import { clusterSettings } from './cluster-settings.js';
import { defaultLimits, type Limits, makeLimits, maxCacheBytes, maxValueLimit } from './limits.js';
import {
  byteSize,
  formatBytes,
  hostNames,
  oneOf,
  optional,
  origins,
  text,
  UsageError,
  wholeNumber,
  withDefault,
} from './parsers.js';

export interface Setting<T = unknown> {
  /** The placeholder of the value in the help, such as `PORT`. */
  readonly value: string;
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
    help: 'port on 127.0.0.1 for profile and backup --url; 0: a free one; or off',
    defaultText: 'off',
    unit: 'TCP port',
    cost: 'without --tokens every user of this machine can profile it and copy the data',
    ...optional((text) => (text === 'off' ? undefined : wholeNumber(0, 65_535)(text))),
  },
  config: {
    value: 'FILE',
    help: 'configuration file, JSON; its limits object takes what has no flag',
    defaultText: 'none',
    unit: 'path, relative to the working directory',
    cost: 'nothing; the file is read once, at the start',
    ...optional(text('a file')),
  },
} as const satisfies Readonly<Record<string, Setting>>;

type Values = {
  readonly [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]['parse']>;
};

type Renamed = 'max-value' | 'cache' | 'allow-host' | 'data' | `tls-${string}`;

export interface ServeSettings extends Omit<Values, Renamed> {
  /** Undefined: there is a `store`. */
  readonly data: string | undefined;
  readonly allowHosts: readonly string[];
  readonly tls:
    | { readonly cert: string; readonly key: string; readonly clientCa?: string }
    | undefined;
  readonly limits: Limits;
}

/** The variable of a setting: `EVENKEEL_MAX_VALUE` for `max-value`. */
export function variableOf(name: string): string {
  return `EVENKEEL_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Kubernetes makes other variables for a service named `evenkeel`, and the tests have some. */
const ours = /^EVENKEEL_(?!TEST_|(\w+_)?(SERVICE_(HOST|PORT)|PORT_\d+_|PORT=(tcp|udp|sctp):))/;

/** The names of variables that look like settings and set nothing: they may be misspelt. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const all = Object.keys(settings).map(variableOf);
  return Object.keys(env).filter((key) => ours.test(`${key}=${env[key]}`) && !all.includes(key));
}

/** The key of a setting in the file: `maxValue` for `max-value`. The file does not name itself. */
export function keyOf(name: string): string | undefined {
  if (name === 'config') return undefined;
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

type Texts = ReadonlyMap<string, string>;
type Env = Readonly<Record<string, string | undefined>>;

/**
 * The value of a setting, and the place of its source: 0 is the flag, 3 is none of them. An empty
 * variable counts as not set.
 * @throws UsageError naming the flag, the variable, or the file and its key
 */
export function readSetting(
  name: string,
  { parse, fallback }: Setting,
  flags: Texts,
  env: Env,
  file?: ConfigFile,
): { value: unknown; place: number } {
  const sources = [
    [`--${name}`, flags.get(name)],
    [variableOf(name), env[variableOf(name)] || undefined],
    [`${keyOf(name)} in ${file?.path}`, file?.texts.get(name)],
  ] as const;
  const place = sources.findIndex(([, text]) => text !== undefined);
  const [where, given] = sources[place] ?? [];
  if (given === undefined) return { value: fallback, place: sources.length };
  try {
    return { value: parse(given), place };
  } catch (error) {
    throw new UsageError(`${where} takes ${(error as Error).message}, got '${given}'`);
  }
}

/**
 * The settings of a server.
 * @param flags the text of each flag that was given
 * @throws UsageError as {@link readSetting} does
 */
export function readSettings(flags: Texts, env: Env): ServeSettings {
  const config = readSetting('config', settings.config, flags, env).value as Values['config'];
  const file = config === undefined ? undefined : readConfig(config);
  const read = new Map(
    Object.entries(settings).map(([name, row]) => [name, readSetting(name, row, flags, env, file)]),
  );
  const {
    'max-value': maxValueBytes,
    'allow-host': allowHosts,
    'tls-cert': cert,
    'tls-key': key,
    'tls-client-ca': clientCa,
    cache,
    data,
    store,
    ...values
  } = Object.fromEntries([...read].map(([name, { value }]) => [name, value])) as Values;
  const changes = { ...file?.limits, maxValueBytes, cacheBytes: cache };
  if (values.port > 0 && values.port === values['admin-port'])
    throw new UsageError(`--port and --admin-port are both ${values.port}; give two ports`);
  const [ofStore = 0, ofData = 0] = ['store', 'data'].map((name) => read.get(name)?.place);
  if (store !== undefined && ofStore === ofData)
    throw new UsageError(`--store and --data are both given: ${store} and ${data}; give one`);
  const place = ofStore < ofData ? { store, data: undefined } : { store: undefined, data };
  const tls = tlsOf({ cert, key, clientCa });
  return { ...values, ...place, allowHosts, tls, limits: limitsOf(changes, file) };
}

interface ConfigFile {
  readonly path: string;
  /** Each setting as a flag would give it. */
  readonly texts: ReadonlyMap<string, string>;
  readonly limits: Partial<Limits>;
}

/** @throws UsageError */
function readConfig(path: string): ConfigFile {
  const refuse = (why: string): never => {
    throw new UsageError(`the configuration file ${path} ${why}`);
  };
  const objectOf = (value: unknown, rule: string): object =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? value
      : refuse(`${rule}, got ${JSON.stringify(value)}`);
  const content = ((): unknown => {
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof SyntaxError) return refuse(`is not JSON: ${message}`);
      return refuse(
        (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'does not exist; correct the path, or make the file'
          : `can't be read: ${message}; let this user read it, or name another file`,
      );
    }
  })();
  const names = new Map(Object.keys(settings).map((name) => [keyOf(name), name]));
  const texts = new Map<string, string>();
  let limits: Partial<Limits> = {};
  for (const [key, value] of Object.entries(objectOf(content, 'takes an object'))) {
    const name = names.get(key);
    if (key === 'limits') limits = objectOf(value, "takes an object as 'limits'");
    else if (name === undefined)
      refuse(
        `has no setting '${key}'; it takes ${[...names.keys()].filter(Boolean).join(', ')}, limits`,
      );
    else if (isText(value)) texts.set(name, `${value}`);
    else if (isList(name) && Array.isArray(value) && value.every(isText))
      texts.set(name, value.join());
    else refuse(`takes a string or a number as '${key}', got ${JSON.stringify(value)}`);
  }
  const { maxValueBytes: _, cacheBytes: __, ...ofFile } = defaultLimits;
  for (const limit of Object.keys(limits))
    if (limit === 'maxValueBytes') refuse("takes 'maxValue' in place of 'limits.maxValueBytes'");
    else if (limit === 'cacheBytes') refuse("takes 'cache' in place of 'limits.cacheBytes'");
    else if (!Object.hasOwn(ofFile, limit))
      refuse(`has no limit '${limit}'; it takes ${Object.keys(ofFile).join(', ')}`);
  return { path, texts, limits };
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isList(name: string): boolean {
  return (settings as Readonly<Record<string, Setting>>)[name]?.isList === true;
}

/** @throws UsageError */
function limitsOf(changes: Partial<Limits>, file: ConfigFile | undefined): Limits {
  try {
    return makeLimits(changes);
  } catch (error) {
    // Flags and variables alone cannot contradict each other.
    throw new UsageError(`the configuration file ${file?.path}: ${(error as Error).message}`);
  }
}
