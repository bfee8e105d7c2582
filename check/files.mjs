/** What the checks share: the tracked files, and how faults are told. */
import { execFileSync } from 'node:child_process';

/** The files that git tracks, or would track, below the given paths. */
export function tracked(...paths) {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths];
  const gone = execFileSync('git', ['ls-files', '-z', '--deleted'], { encoding: 'utf8' });
  const deleted = new Set(gone.split('\0'));
  const all = execFileSync('git', list, { encoding: 'utf8' }).split('\0');
  return all.filter((file) => file !== '' && !deleted.has(file));
}

/** Prints the faults and sets the exit code. */
export function report(check, faults) {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length === 0) return;
  process.stderr.write(`${check}: ${faults.length} faults\n`);
  process.exitCode = 1;
}
