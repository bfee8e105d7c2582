/** The slow moments as a flame graph, the rest as one, and how they differ. */
import { diffProfiles } from '../profile/diff/diff.js';
import { renderDiffFlameGraph } from '../profile/diff/diff-graph.js';
import { renderFlameGraph } from '../profile/flame/flame-graph.js';
import type { Explanation } from './explain.js';

/** @returns files by their names; none if the process has gone */
export function picturesOf({ profiles, record }: Explanation): ReadonlyMap<string, string> {
  if (profiles === undefined) return new Map();
  const { slow, rest } = profiles;
  const subtitle = `process ${record.pid}, the thread of its event loop`;
  const titled = (title: string) => ({ title, subtitle });
  return new Map([
    ['slow.svg', renderFlameGraph(slow, titled('While requests were slow'))],
    ['rest.svg', renderFlameGraph(rest, titled('The rest of the run'))],
    [
      'difference.svg',
      renderDiffFlameGraph(diffProfiles(rest, slow), titled('The rest → while requests were slow')),
    ],
  ]);
}
