/** The differences in words: a table for a Markdown report. */
import { code } from '../frame-table.js';
import type { DiffProfile } from './diff.js';
import { formatsOf } from './diff-graph.js';
import { topChanges } from './top-changes.js';

/** The frames that changed most by themselves; what is noise is said to be. */
export function formatTopChanges(diff: DiffProfile, n = 10): string {
  const { amount, change, unit } = formatsOf(diff);
  const rows = topChanges(diff, n).map(({ frame, self, delta, noise }) => {
    const place = frame.file === undefined ? '' : code(frame.file);
    return `| ${code(frame.name)} | ${place} | ${amount(self.before.value)} | ${amount(self.after.value)} | ${change(delta)}${noise ? ' (noise)' : ''} |`;
  });
  return [
    `| Function | Where | Self before${unit} | After${unit} | Change |`,
    '| --- | --- | ---: | ---: | ---: |',
    ...rows,
    '',
  ].join('\n');
}
