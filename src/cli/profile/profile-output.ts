/** Writes the files of `evenkeel profile -o`. */
import { toPprof } from '../../lab/profile/convert/pprof.js';
import { profileToJson } from '../../lab/profile/convert/profile-json.js';
import { renderFlameGraph } from '../../lab/profile/flame/flame-graph.js';
import { formatFolded } from '../../lab/profile/folded.js';
import { formatMarkdown } from '../../lab/profile/markdown.js';
import type { Profile } from '../../lab/profile/profile.js';
import { writeOutput } from '../args/files.js';
import type { Format, Output } from './profile-flags.js';

interface Given {
  readonly title: string;
  /** Figures of the process, a line each. */
  readonly facts: readonly string[];
  /** V8's own recording of the main thread. */
  readonly raw: object;
}

type Content = string | Uint8Array;

const asRecorded = (_: Profile, { raw }: Given) => JSON.stringify(raw);

const writers: Readonly<
  Record<Format, (profile: Profile, given: Given) => Content | Promise<Content>>
> = {
  svg: (profile, { title }) => renderFlameGraph(profile, { title }),
  md: (profile, { title, facts }) => formatMarkdown(profile, { title, facts }),
  'pb.gz': (profile, { title, facts }) =>
    toPprof(profile, [title, ...facts, ...(profile.notes ?? [])]),
  collapsed: (profile) => formatFolded(profile),
  cpuprofile: asRecorded,
  heapprofile: asRecorded,
  json: (profile) => profileToJson(profile),
};

/** @throws OutputError */
export async function writeProfile(
  { file, format }: Output,
  profile: Profile,
  given: Given,
): Promise<void> {
  writeOutput(file, await writers[format](profile, given));
}
