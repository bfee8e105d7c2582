/** `evenkeel load --explain` on a server: figures, and the slow requests by their cause. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadRecord } from '#dist/lab/load/result/load-record.js';
import { stallGroups } from '#dist/lab/load/result/stall-groups.js';
import { thisMain } from '../peers/evenkeel.js';
import { start } from './process.js';

/** A run may take this much longer than its duration. */
const extraMs = 90_000;

interface Explained {
  readonly record: LoadRecord;
  /** The report for people. */
  readonly text: string;
}

/** @param flags of the load @param lengthMs of the run, warm-up included */
export async function explainedLoad(
  { pid, url }: { readonly pid: number; readonly url: string },
  flags: readonly string[],
  lengthMs: number,
): Promise<Explained> {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const [json, text] = [join(directory, 'run.json'), join(directory, 'run.txt')];
  try {
    const load = [thisMain, 'load', ...flags, '--allow-invalid', '--json', json];
    const script = '"$@" > "$0" || exit; echo done';
    const shell = ['sh', '-c', script, text, process.execPath];
    const running = start([...shell, ...load, '--explain', String(pid), url], {
      lineLimitMs: lengthMs + extraMs,
    });
    await running.firstLine;
    return { record: JSON.parse(readFileSync(json, 'utf8')), text: readFileSync(text, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Times in ms. */
export function figuresIn({ latency, lag, requests, errors }: LoadRecord) {
  const at = (percentile: number) =>
    (latency.percentiles.find((one) => one.percentile === percentile)?.valueUs ?? 0) / 1000;
  return {
    requests: requests.completed,
    failed: Object.values(errors).reduce((a, b) => a + b, 0),
    ...{ p50: at(50), p99: at(99), p999: at(99.9), max: latency.maxUs / 1000 },
    'lag max': lag.maxUs / 1000,
  };
}

/** By cause: how many moments whose worst request has it, how many requests, and the worst. */
export function causesIn({ explanation }: LoadRecord) {
  const stalls = stallGroups(explanation?.requests ?? []);
  const causeOfWorst = stalls.map(({ worst }) => (worst as { cause?: string }).cause);
  return (explanation?.causes ?? []).map(({ cause, requests, worstUs }) => ({
    ...{ cause, requests, worst: worstUs / 1000 },
    moments: causeOfWorst.filter((one) => one === cause).length,
  }));
}

/** Requests without a cause, and those that may be among the unlisted. */
export function countUnexplained({ explanation }: LoadRecord): number {
  const { requests = [], unlisted = 0 } = explanation ?? {};
  return unlisted + requests.filter(({ cause }) => cause === 'not explained').length;
}
