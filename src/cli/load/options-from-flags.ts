/** The command line of `evenkeel load`: flags are checked together before a socket opens. */
import { resolve } from 'node:path';
import { UsageError } from '../../config/parsers.js';
import type { Clause } from '../../lab/load/judge/slo.js';
import { defaultOptions, type LoadOptions, type Work } from '../../lab/load/load-options.js';
import { withoutSecrets } from '../../lab/load/output/secrets.js';
import { parseCommandLine } from '../args/flags.js';
import { authorizationOf, certificatesOf } from '../args/server-access.js';
import { type LoadValues, ourFlags, wrkFlags } from './load-flags.js';
import { checkUrl } from './load-url.js';

export interface LoadCommand {
  /** With findMax, its rate is the first to try. */
  readonly options: LoadOptions;
  readonly print: { readonly latency: boolean; readonly uncorrected: boolean };
  /** File for the JSON, `-` for standard output. */
  readonly json: string | undefined;
  readonly hgrm: string | undefined;
  readonly slo: readonly Clause[];
  readonly findMax: boolean;
  readonly allowInvalid: boolean;
}

/** Where a search begins unless `--rate` says otherwise. */
const searchStart = 1000;

/** @throws UsageError */
export function parseLoad(args: readonly string[]): LoadCommand | 'help' | 'version' {
  const { values, operands } = parseCommandLine({ ...wrkFlags, ...ourFlags }, args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const [given, ...scriptArgs] = operands;
  if (given === undefined)
    throw new UsageError('the URL is missing; give one such as http://127.0.0.1:8080');
  const url = checkUrl(given);
  for (const rule of rules) {
    const complaint = rule(values, scriptArgs, url);
    if (complaint) throw new UsageError(complaint);
  }
  return {
    options: {
      url,
      threads: values.threads,
      connections: values.connections,
      durationMs: values.duration,
      rate: values.rate ?? searchStart,
      timeoutMs: values.timeout,
      warmupMs: values.warmup,
      headers: headersOf(values),
      ...(values['unix-socket'] !== undefined && { unixSocket: values['unix-socket'] }),
      insecure: values.insecure,
      ...certificatesFor(values, url),
      ...(values.slow !== undefined && { slowMs: values.slow }),
      work: workOf(values, scriptArgs),
    },
    print: { latency: values.latency || values.u_latency, uncorrected: values.u_latency },
    json: values.json,
    hgrm: values.hgrm,
    slo: values.slo ?? [],
    findMax: values['find-max'],
    allowInvalid: values['allow-invalid'],
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

function workOf(values: LoadValues, args: readonly string[]): Work {
  if (values.script !== undefined) return { kind: 'script', file: values.script, args };
  if (values.workload === undefined) return defaultOptions.work;
  return {
    kind: 'workload',
    putShare: values.workload,
    keys: values.keys ?? 'sequential',
    keySpace: values['key-space'] ?? defaultKeySpace,
    valueBytes: values['value-bytes'] ?? 100,
    seed: values.seed ?? 1,
  };
}

/** 10 000/s reach its end after 100 s; with 100 B a value a store of it takes about 200 MB. */
const defaultKeySpace = 1_000_000;

/** The error in flags that are each right by itself, if any. */
type Rule = (
  values: LoadValues,
  scriptArgs: readonly string[],
  url: string,
) => string | false | undefined;

const rules: readonly Rule[] = [
  ({ batch_latency }) =>
    batch_latency &&
    '-B/--batch_latency is not taken: every latency is recorded, also of pipelined requests',
  ({ rate, 'find-max': findMax }) =>
    rate === undefined &&
    !findMax &&
    '-R/--rate is missing; it takes requests per second, such as -R 10000 or -R 10k',
  ({ connections, threads }) =>
    connections < threads &&
    '-c/--connections takes at least as many as there are threads ' +
      `(-t ${threads}), got '${connections}'`,
  ({ script, workload }) =>
    script !== undefined &&
    workload !== undefined &&
    '-s/--script and --workload exclude each other; give one',
  ({ script }, [first]) =>
    script === undefined &&
    first !== undefined &&
    `unexpected argument '${first}': only a script (-s) takes arguments`,
  (values) => {
    if (values.workload !== undefined) return undefined;
    const [name] = workloadFlags.filter((flag) => values[flag] !== undefined);
    return name && `--${name} needs --workload`;
  },
  ({ workload, keys = 'sequential', threads, 'key-space': keySpace = defaultKeySpace }) =>
    workload !== undefined &&
    keys === 'sequential' &&
    keySpace < threads &&
    '--key-space takes at least as many sequential keys as there are threads ' +
      `(-t ${threads}), got '${keySpace}'`,
  ({ workload }, _, url) =>
    workload !== undefined &&
    new URL(url).search !== '' &&
    `--workload makes queries of its own; give the URL without one, got '${withoutSecrets(url)}'`,
  ({ header, script }) => {
    if (script !== undefined) return undefined;
    const [name] =
      header.find(([name]) => /^(content-length|transfer-encoding)$/i.test(name)) ?? [];
    return name && `-H/--header takes no ${name} without a script: it follows from the content`;
  },
  ({ header, 'token-file': token }) =>
    token !== undefined &&
    header.some(([name]) => /^authorization$/i.test(name)) &&
    '--token-file and -H "Authorization: …" exclude each other; give one',
  ({ 'find-max': findMax, slo }) =>
    findMax &&
    slo === undefined &&
    "--find-max needs an objective to hold, such as --slo 'p99<5ms,errors<0.1%'",
  ({ 'find-max': findMax, 'allow-invalid': allowInvalid }) =>
    findMax &&
    allowInvalid &&
    '--find-max and --allow-invalid exclude each other: a search takes valid runs only',
  ({ json, hgrm }) =>
    json !== undefined &&
    hgrm !== undefined &&
    resolve(json) === resolve(hgrm) &&
    `--json and --hgrm take different files, got '${json}' twice`,
];

const workloadFlags = ['keys', 'key-space', 'value-bytes', 'seed'] as const;
