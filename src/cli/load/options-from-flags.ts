/** The command line of `evenkeel load`: flags are checked together before a socket opens. */
import { UsageError } from '../../config/parsers.js';
import type { TargetName } from '../../lab/explain/target/choose.js';
import type { Clause } from '../../lab/load/judge/slo.js';
import {
  defaultOptions,
  type LoadOptions,
  totalOf,
  type Work,
} from '../../lab/load/load-options.js';
import { outputDirectory } from '../args/files.js';
import { parseCommandLine } from '../args/flags.js';
import { authorizationOf, certificatesOf } from '../args/server-access.js';
import { type LoadValues, ourFlags, wrkFlags } from './load-flags.js';
import { defaultKeySpace, rules } from './load-rules.js';
import { checkUrl } from './load-url.js';
import { readUrlList } from './url-list.js';

export interface LoadCommand {
  /** With findMax, its rate is the first to try. */
  readonly options: LoadOptions;
  readonly print: { readonly latency: boolean; readonly uncorrected: boolean };
  /** File for the JSON, `-` for standard output. */
  readonly json: string | undefined;
  readonly hgrm: string | undefined;
  readonly html: string | undefined;
  readonly slo: readonly Clause[];
  readonly findMax: boolean;
  readonly allowInvalid: boolean;
  readonly explain?:
    | {
        readonly target: TargetName;
        /** For an admin port that takes tokens only. */
        readonly token: string | undefined;
        /** Directory for the flame graphs. */
        readonly out: string | undefined;
      }
    | undefined;
}

/** Where a search begins unless `--rate` says otherwise. */
const searchStart = 1000;
const defaultSeed = 1;
/** As many requests in flight as with HTTP/1.1. */
const defaultStreams = 1;

/** @throws UsageError */
export function parseLoad(args: readonly string[]): LoadCommand | 'help' | 'version' {
  const { values, operands } = parseCommandLine({ ...wrkFlags, ...ourFlags }, args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const [given, ...scriptArgs] = operands;
  if (given === undefined)
    throw new UsageError('the URL is missing; give one such as http://127.0.0.1:8080');
  const options = loadOptionsOf(values, checkUrl(given), scriptArgs);
  return {
    options,
    print: { latency: values.latency || values.u_latency, uncorrected: values.u_latency },
    json: values.json,
    hgrm: values.hgrm,
    html: values.html,
    slo: values.slo ?? [],
    findMax: values['find-max'],
    allowInvalid: values['allow-invalid'],
    explain: explainOf(values),
  };
}

/** @throws UsageError if the directory can't be written to */
function explainOf(values: LoadValues): LoadCommand['explain'] {
  const { explain: target, 'explain-out': out, 'token-file': token } = values;
  if (target === undefined) return undefined;
  if (out !== undefined) outputDirectory('--explain-out', out);
  return { target, token, out };
}

/** @throws UsageError if flags that are each right contradict each other */
export function loadOptionsOf(
  values: LoadValues,
  url: string,
  scriptArgs: readonly string[],
): LoadOptions {
  for (const rule of rules) {
    const complaint = rule(values, scriptArgs, url);
    if (complaint) throw new UsageError(complaint);
  }
  return {
    url,
    threads: values.threads,
    connections: values.connections,
    ...(values.http2 && { http2: { streams: values.streams ?? defaultStreams } }),
    durationMs: values.duration ?? defaultOptions.durationMs,
    rate: values.rate ?? searchStart,
    ...(values.stages && { stages: values.stages, ...totalOf(values.stages) }),
    ...(values.arrivals === 'poisson' && {
      arrivals: { kind: 'poisson' as const, seed: values.seed ?? defaultSeed },
    }),
    timeoutMs: values.timeout,
    warmupMs: values.warmup,
    headers: headersOf(values),
    ...(values['unix-socket'] !== undefined && { unixSocket: values['unix-socket'] }),
    insecure: values.insecure,
    ...certificatesFor(values, url),
    ...(values.slow !== undefined && { slowMs: values.slow }),
    ...(values.explain && { tail: true }),
    ...(values.expect && { expect: values.expect }),
    work: workOf(values, scriptArgs, url),
  };
}

/** A token goes with each request, like any other field. */
function headersOf({ header, 'token-file': token }: LoadValues): LoadOptions['headers'] {
  return [...header, ...Object.entries(authorizationOf(token))];
}

function certificatesFor(values: LoadValues, url: string): Pick<LoadOptions, 'certificates'> {
  const certificates = certificatesOf(values, url);
  return Object.keys(certificates).length > 0 ? { certificates } : {};
}

function workOf(values: LoadValues, args: readonly string[], url: string): Work {
  if (values.script !== undefined) return { kind: 'script', file: values.script, args };
  if (values.workload === undefined) return plainWorkOf(values, url);
  return {
    kind: 'workload',
    putShare: values.workload,
    keys: values.keys ?? 'sequential',
    keySpace: values['key-space'] ?? defaultKeySpace,
    valueBytes: values['value-bytes'] ?? 100,
    seed: values.seed ?? defaultSeed,
  };
}

/** The requests of -m, -b and --urls. @throws UsageError */
export function plainWorkOf(
  { method, body, urls }: Pick<LoadValues, 'method' | 'body' | 'urls'>,
  url: string,
): Work {
  const listMethod = method ?? (body ? 'POST' : 'GET');
  return {
    ...defaultOptions.work,
    ...(method !== undefined && { method }),
    ...(body && { content: body }),
    ...(urls !== undefined && { list: readUrlList(urls, url, listMethod) }),
  };
}
