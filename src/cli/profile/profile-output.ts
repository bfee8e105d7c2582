/** The files of `evenkeel profile -o`, checked before a process is touched; the ending counts. */

import { UsageError } from '../../config/parsers.js';
import { profileToJson } from '../../lab/profile/convert/profile-json.js';
import { renderFlameGraph } from '../../lab/profile/flame/flame-graph.js';
import { formatFolded } from '../../lab/profile/folded.js';
import type { Profile } from '../../lab/profile/profile.js';
import { outputFile, writeOutput } from '../args/files.js';

export interface Output {
  readonly file: string;
  readonly format: keyof typeof formats;
  /** The kind of profile that the format is for; absent: for both. */
  readonly only?: Profile['kind'] | undefined;
}

interface Given {
  readonly title: string;
  /** V8's own recording of the main thread. */
  readonly raw: object;
}

interface Format {
  readonly only?: Profile['kind'];
  write(profile: Profile, given: Given): string;
}

const asRecorded = (_: Profile, { raw }: Given) => JSON.stringify(raw);

const formats = {
  svg: { write: (profile, { title }) => renderFlameGraph(profile, { title }) },
  collapsed: { write: (profile) => formatFolded(profile) },
  cpuprofile: { only: 'cpu', write: asRecorded },
  heapprofile: { only: 'alloc', write: asRecorded },
  json: { write: (profile) => profileToJson(profile) },
} satisfies Record<string, Format>;

export function outputFlag(help: string) {
  return {
    short: 'o',
    value: 'FILE',
    help,
    parse: (text: string, before: readonly Output[]): readonly Output[] => {
      const ending = /\.([a-z]+)$/.exec(text)?.[1] ?? '';
      if (!Object.hasOwn(formats, ending))
        throw new UsageError(`a name that ends in .${Object.keys(formats).join(', .')}`);
      const format = ending as Output['format'];
      return [
        ...before,
        { file: outputFile(text), format, only: (formats[format] as Format).only },
      ];
    },
    fallback: [] as readonly Output[],
  };
}

/** @throws OutputError */
export function writeProfile({ file, format }: Output, profile: Profile, given: Given): void {
  writeOutput(file, formats[format].write(profile, given));
}
