/** The one place where `evenkeel profile` meets the drawing of profiles. It is loaded only when something is drawn. */
import type { Profile } from '../profile/profile.js';

export async function pictureOf(profile: Profile, title: string): Promise<string> {
  const { renderFlameGraph } = await import('../profile/flame/render.js');
  return renderFlameGraph(profile, { title });
}

export async function foldedText(profile: Profile): Promise<string> {
  const { formatFolded } = await import('../profile/folded.js');
  return formatFolded(profile);
}

export async function differenceOf(before: Profile, after: Profile, title: string): Promise<string> {
  const { diffProfiles } = await import('../profile/diff/diff.js');
  const { renderDiffFlameGraph } = await import('../profile/diff/render.js');
  return renderDiffFlameGraph(diffProfiles(before, after), { title });
}
