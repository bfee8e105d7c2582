/** The one place where `evenkeel profile` meets the drawing of profiles. It is loaded only when something is drawn. */
import type { Profile } from '../../lab/profile/profile.js';

export async function pictureOf(profile: Profile, title: string): Promise<string> {
  const { renderFlameGraph } = await import('../../lab/profile/flame/flame-graph.js');
  return renderFlameGraph(profile, { title });
}

export async function foldedText(profile: Profile): Promise<string> {
  const { formatFolded } = await import('../../lab/profile/folded.js');
  return formatFolded(profile);
}

export async function differenceOf(
  before: Profile,
  after: Profile,
  title: string,
): Promise<string> {
  const { diffProfiles } = await import('../../lab/profile/diff/diff.js');
  const { renderDiffFlameGraph } = await import('../../lab/profile/diff/diff-graph.js');
  return renderDiffFlameGraph(diffProfiles(before, after), { title });
}
