/**
 * Reads the settings of `evenkeel serve`. A flag wins over a variable, a variable over the
 * configuration file, and the file over the default.
 */
import { tlsOf } from './access-settings.js';
import { type ConfigFile, readConfigFile } from './config-file.js';
import { limitsOf } from './given-limits.js';
import type { Limits } from './limits.js';
import { UsageError } from './parsers.js';
import { keyOf, type Setting, settings, variableOf } from './settings.js';

type Values = {
  readonly [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]['parse']>;
};

type Renamed = 'max-value' | 'cache' | 'allow-host' | 'data' | 'limits' | `tls-${string}`;

export interface ServeSettings extends Omit<Values, Renamed> {
  /** Undefined: there is a `store`. */
  readonly data: string | undefined;
  readonly allowHosts: readonly string[];
  readonly tls:
    | { readonly cert: string; readonly key: string; readonly clientCa?: string }
    | undefined;
  readonly limits: Limits;
}

type Texts = ReadonlyMap<string, string>;
type Env = Readonly<Record<string, string | undefined>>;

const none: Texts = new Map();

/** Kubernetes makes other variables for a service named `evenkeel`, and the tests have some. */
const ours = /^EVENKEEL_(?!TEST_|(\w+_)?(SERVICE_(HOST|PORT)|PORT_\d+_|PORT=(tcp|udp|sctp):))/;

/** The names of variables that look like settings and set nothing: they may be misspelt. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const all = Object.keys(settings).map(variableOf);
  return Object.keys(env).filter((key) => ours.test(`${key}=${env[key]}`) && !all.includes(key));
}

/**
 * The value of a setting, and the place of its source: 0 is the flag, 3 is none of them. An empty
 * variable counts as not set.
 * @throws UsageError naming the flag, the variable, or the file and its key
 */
export function readSetting<T>(
  name: string,
  { parse, fallback }: Setting<T>,
  flags: Texts,
  env: Env,
  file?: ConfigFile,
): { value: T; place: number } {
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
  const config = readSetting('config', settings.config, flags, env).value;
  const file = config === undefined ? undefined : readConfigFile(config);
  const read = new Map(
    Object.entries(settings).map(([name, row]) => [
      name,
      readSetting<unknown>(name, row, flags, env, file),
    ]),
  );
  const {
    'max-value': maxValueBytes,
    'allow-host': allowHosts,
    'tls-cert': cert,
    'tls-key': key,
    'tls-client-ca': clientCa,
    limits: _,
    cache,
    data,
    store,
    ...values
  } = Object.fromEntries([...read].map(([name, { value }]) => [name, value])) as Values;
  if (values.port > 0 && values.port === values['admin-port'])
    throw new UsageError(`--port and --admin-port are both ${values.port}; give two ports`);
  const [ofStore = 0, ofData = 0] = ['store', 'data'].map((name) => read.get(name)?.place);
  if (store !== undefined && ofStore === ofData)
    throw new UsageError(`--store and --data are both given: ${store} and ${data}; give one`);
  const place = ofStore < ofData ? { store, data: undefined } : { store: undefined, data };
  const tls = tlsOf({ cert, key, clientCa });
  const limits = mergedLimits({ maxValueBytes, cacheBytes: cache }, flags, env, file);
  return { ...values, ...place, allowHosts, tls, limits };
}

/** Each place adds its limits to those of the places below it. @throws UsageError */
function mergedLimits(
  sizes: Partial<Limits>,
  flags: Texts,
  env: Env,
  file: ConfigFile | undefined,
): Limits {
  const row = settings.limits;
  const changes = [
    { place: `the configuration file ${file?.path}`, limits: file?.limits ?? {} },
    { place: variableOf('limits'), limits: readSetting('limits', row, none, env).value },
    { place: '--limits', limits: readSetting('limits', row, flags, {}).value },
  ].filter(({ limits }) => Object.keys(limits).length > 0);
  const all = Object.assign({}, ...changes.map(({ limits }) => limits), sizes) as Partial<Limits>;
  return limitsOf(
    all,
    changes.map(({ place }) => place),
  );
}
