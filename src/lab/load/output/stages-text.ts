/** The stages of a run in the report: a line for each. */
import { perSecond } from '../result/rate.js';
import type { StageResult } from '../result/result.js';
import { formatStage } from '../result/stage-text.js';
import { fixed } from './printf.js';
import { formatTimeUs, inColumn } from './wrk2-units.js';

const heads = ['responses/s', 'p50', 'p99', 'p99.9', 'max', 'errors'];
const widths = [13, 10, 10, 10, 10, 9];

export function formatStages(stages: readonly StageResult[]): string[] {
  const names = stages.map(({ stage }, index) => `${index + 1}: ${formatStage(stage)}`);
  const width = Math.max(...names.map(({ length }) => length)) + 4;
  const head = heads.map((text, index) => text.padStart(widths[index] as number)).join('');
  return [`${'  Stages'.padEnd(width)}${head}`, ...stages.map((one, index) => line(one, index))];

  function line(result: StageResult, index: number): string {
    const { latency, errors, elapsedUs, answered } = result;
    const times = [50, 99, 99.9, 100].map((percentile) =>
      inColumn(formatTimeUs(latency.valueAtPercentile(percentile)), 10),
    );
    const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
    const rate = elapsedUs === 0 ? '–' : fixed(perSecond(answered, result), 1);
    const cells = [rate.padStart(13), ...times, String(failed).padStart(9)];
    return `    ${names[index]}`.padEnd(width) + cells.join('');
  }
}
