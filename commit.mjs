/**
 * Writes dist/commit for `evenkeel --version`: the commit that is checked out. It reads the files
 * of the repository, because git itself may be missing, for example in an image. Without a
 * repository dist/commit is removed.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/** A file as text; undefined: it is not there. */
function read(...path) {
  try {
    return readFileSync(resolve(...path), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The directory of the repository. In a worktree `.git` is a file that names it. */
function repositoryOf(directory) {
  const place = resolve(directory, '.git');
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place;
  const named = /^gitdir: (.+)$/.exec(read(place) ?? '')?.[1];
  return named === undefined ? undefined : resolve(directory, named);
}

/** @returns undefined, if nothing is checked out here */
function commitOf(directory) {
  const repository = repositoryOf(directory);
  if (repository === undefined) return undefined;
  const head = read(repository, 'HEAD') ?? '';
  const branch = /^ref: (.+)$/.exec(head)?.[1];
  // A worktree has its own HEAD, and the branches are the whole repository's.
  const common = resolve(repository, read(repository, 'commondir') ?? '.');
  const packed = () =>
    (read(common, 'packed-refs') ?? '')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, name]) => name === branch)?.[0];
  const commit = branch === undefined ? head : (read(common, branch) ?? packed());
  return /^[0-9a-f]{40,64}$/.test(commit ?? '') ? commit : undefined;
}

const file = resolve(root, 'dist/commit');
const commit = commitOf(root);
if (commit === undefined) rmSync(file, { force: true });
else writeFileSync(file, `${commit}\n`);
