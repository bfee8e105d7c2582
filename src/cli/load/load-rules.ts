/** Rules over several flags of `evenkeel load` together: each holds, or has a complaint. */
import { resolve } from 'node:path';
import { defaultOptions, loadLimits, totalOf } from '../../lab/load/load-options.js';
import { withoutSecrets } from '../../lab/load/output/secrets.js';
import { connectionField } from '../../lab/load/request/connection-field.js';
import type { LoadValues } from './load-flags.js';

/** 10 000/s reach its end after 100 s; with 100 B a value a store of it takes about 200 MB. */
export const defaultKeySpace = 1_000_000;

/** V8 keeps a sample of each millisecond: this takes some 50 MB of the process that is watched. */
const maxExplainedMs = 15 * 60_000;

/** The error in flags that are each right by itself, if any. */
type Rule = (
  values: LoadValues,
  scriptArgs: readonly string[],
  url: string,
) => string | false | undefined;

export const rules: readonly Rule[] = [
  ({ batch_latency }) =>
    batch_latency &&
    '-B/--batch_latency is not taken: every latency is recorded, also of pipelined requests',
  ({ rate, stages, 'find-max': findMax }) =>
    rate === undefined &&
    stages === undefined &&
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
  ({ workload, arrivals, seed }) =>
    seed !== undefined &&
    workload === undefined &&
    arrivals !== 'poisson' &&
    '--seed needs --workload or --arrivals poisson',
  (values) => {
    const other = values.script !== undefined ? '-s/--script' : '--workload';
    if (values.script === undefined && values.workload === undefined) return undefined;
    const [name] = requestFlags.filter((flag) => values[flag] !== undefined);
    return name && `${other} makes requests of its own; leave out --${name}`;
  },
  (values) => {
    if (values.stages === undefined) return undefined;
    if (values['find-max']) return '--find-max sets rates of its own; leave out --stages';
    const [name] = (['rate', 'duration'] as const).filter((flag) => values[flag] !== undefined);
    return name && `--stages says how many requests for how long; leave out --${name}`;
  },
  ({ stages, warmup }) =>
    warmup > 0 &&
    stages?.[0]?.fromRate === 0 &&
    '--warmup has the rate with which the first stage begins; begin it above 0',
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
  ({ http2, streams }) =>
    !http2 &&
    streams !== undefined &&
    '--streams needs --http2: a connection of HTTP/1.1 has one request in flight',
  ({ connections, streams = 1 }) =>
    connections * streams > loadLimits.connections &&
    `--streams of all connections are at most ${loadLimits.connections} together, ` +
      `got ${streams} on each of ${connections}`,
  ({ http2, header }) => {
    const [name] = (http2 && header.find((field) => connectionField(...field))) || [];
    return name && `-H/--header takes no ${name} with --http2: it is about a connection`;
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
  ({ explain, 'find-max': findMax }) =>
    explain !== undefined &&
    findMax &&
    '--explain and --find-max exclude each other: explain a run at the rate that was found',
  ({ explain, 'explain-out': out }) =>
    out !== undefined && explain === undefined && '--explain-out needs --explain',
  ({ explain, duration = defaultOptions.durationMs, stages, warmup }) =>
    explain !== undefined &&
    warmup + (stages ? totalOf(stages).durationMs : duration) > maxExplainedMs &&
    `--explain takes runs of up to ${maxExplainedMs / 60_000}m, warm-up included: the process ` +
      'keeps what it sees until the end',
  (values) => {
    const files = outputFlags.flatMap((name) => {
      const file = values[name];
      return file === undefined || file === '-' ? [] : [[name, file] as const];
    });
    for (const [index, [name, file]] of files.entries())
      for (const [other, same] of files.slice(index + 1))
        if (resolve(file) === resolve(same))
          return `--${name} and --${other} take different files, got '${file}' twice`;
    return undefined;
  },
];

const workloadFlags = ['keys', 'key-space', 'value-bytes'] as const;
const requestFlags = ['method', 'body', 'urls'] as const;
const outputFlags = ['json', 'hgrm', 'html'] as const;
