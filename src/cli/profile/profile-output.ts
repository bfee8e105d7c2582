/** Writes the files of `evenkeel profile -o`. */
import { profileToJson } from '../../lab/profile/convert/profile-json.js';
import { renderFlameGraph } from '../../lab/profile/flame/flame-graph.js';
import { formatFolded } from '../../lab/profile/folded.js';
import type { Profile } from '../../lab/profile/profile.js';
import { writeOutput } from '../args/files.js';
import type { Format, Output } from './profile-flags.js';

interface Given {
  readonly title: string;
  /** V8's own recording of the main thread. */
  readonly raw: object;
}

const asRecorded = (_: Profile, { raw }: Given) => JSON.stringify(raw);

const writers: Readonly<Record<Format, (profile: Profile, given: Given) => string>> = {
  svg: (profile, { title }) => renderFlameGraph(profile, { title }),
  collapsed: (profile) => formatFolded(profile),
  cpuprofile: asRecorded,
  heapprofile: asRecorded,
  json: (profile) => profileToJson(profile),
};

/** @throws OutputError */
export function writeProfile({ file, format }: Output, profile: Profile, given: Given): void {
  writeOutput(file, writers[format](profile, given));
}
