/** dist/commit names the commit that is checked out, in each form that git keeps it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryDirectory } from './support/directory.js';

const script = fileURLToPath(new URL('../commit.mjs', import.meta.url));
const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
const git = (directory: string, ...args: string[]) =>
  execFileSync('git', [...who, ...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();

/** The file that the script writes in a directory. It runs without git on its PATH. */
function written(directory: string): string | undefined {
  copyFileSync(script, join(directory, 'commit.mjs'));
  mkdirSync(join(directory, 'dist'), { recursive: true });
  execFileSync(process.execPath, ['commit.mjs'], { cwd: directory, env: {} });
  const file = join(directory, 'dist/commit');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

async function repository(): Promise<string> {
  const directory = await temporaryDirectory();
  git(directory, 'init', '-q');
  git(directory, 'commit', '-q', '--allow-empty', '-m', 'first');
  return directory;
}

const headOf = (directory: string) => `${git(directory, 'rev-parse', 'HEAD')}\n`;

it('of a branch', async () => {
  const directory = await repository();
  expect(written(directory)).toBe(headOf(directory));
  git(directory, 'switch', '-q', '-c', 'a/b');
  git(directory, 'commit', '-q', '--allow-empty', '-m', 'second');
  expect(written(directory)).toBe(headOf(directory));
});

it('of a branch that git has packed', async () => {
  const directory = await repository();
  git(directory, 'pack-refs', '--all');
  expect(written(directory)).toBe(headOf(directory));
});

it('of a commit without a branch', async () => {
  const directory = await repository();
  git(directory, 'switch', '-q', '--detach');
  expect(written(directory)).toBe(headOf(directory));
});

it('of a worktree, and not of the repository that it belongs to', async () => {
  const directory = await repository();
  const worktree = join(await temporaryDirectory(), 'tree');
  git(directory, 'worktree', 'add', '-q', '-b', 'other', worktree);
  git(worktree, 'commit', '-q', '--allow-empty', '-m', 'second');
  expect(headOf(worktree)).not.toBe(headOf(directory));
  expect(written(worktree)).toBe(headOf(worktree));
});

it('is not there without a repository, though there was one at the build before', async () => {
  const directory = await temporaryDirectory();
  mkdirSync(join(directory, 'dist'));
  writeFileSync(join(directory, 'dist/commit'), 'old\n');
  expect(written(directory)).toBe(undefined);
});
