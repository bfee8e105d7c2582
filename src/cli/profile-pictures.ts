/** The one place where `evenkeel profile` meets the drawing of profiles. It is loaded only when something is drawn. */
import type { Profile } from '../profile/profile.js';

interface Heading {
  readonly title: string;
  readonly subtitle?: string;
}

export async function pictureOf(profile: Profile, title: string): Promise<string> {
  const { renderFlameGraph } = await drawing<{
    renderFlameGraph(profile: Profile, heading: Heading): string;
  }>('../profile/flame/render.js');
  return renderFlameGraph(profile, { title });
}

export async function foldedText(profile: Profile): Promise<string> {
  const { formatFolded } = await drawing<{ formatFolded(profile: Profile): string }>('../profile/folded.js');
  return formatFolded(profile);
}

export async function differenceOf(before: Profile, after: Profile, title: string): Promise<string> {
  const { diffProfiles, renderDiffFlameGraph } = await drawing<{
    diffProfiles(before: Profile, after: Profile): object;
    renderDiffFlameGraph(difference: object, heading: Heading): string;
  }>('../profile/diff/diff.js');
  return renderDiffFlameGraph(diffProfiles(before, after), { title });
}

function drawing<Module>(file: string): Promise<Module> {
  return import(new URL(file, import.meta.url).href);
}
