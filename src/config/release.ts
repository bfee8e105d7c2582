/** Which release this is: the version of the package, and the commit that it was built from. */
import { readFileSync } from 'node:fs';

export interface Release {
  readonly version: string;
  /** As git names it; undefined: it was built without a repository, for example from an archive. */
  readonly commit: string | undefined;
}

const shortCommit = 12;

export function release(): Release {
  const { version } = JSON.parse(read('../../package.json') ?? '{}') as { version: string };
  return { version, commit: read('../commit')?.trim() };
}

/** `0.1.0 (6664e6147a2b)` */
export function releaseText({ version, commit } = release()): string {
  return commit === undefined ? version : `${version} (${commit.slice(0, shortCommit)})`;
}

/** A file of the package; undefined if it has none. */
function read(file: string): string | undefined {
  try {
    return readFileSync(new URL(file, import.meta.url), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
