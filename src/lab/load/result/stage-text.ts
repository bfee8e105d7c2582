/** A stage as the command line has it: `1000/s for 30s`, `1000–5000/s for 1m`. */
import type { Stage } from '../load-options.js';

export function formatStage({ fromRate, toRate, durationMs }: Stage): string {
  const rate = fromRate === toRate ? `${fromRate}` : `${fromRate}–${toRate}`;
  return `${rate}/s for ${durationMs / 1000}s`;
}
