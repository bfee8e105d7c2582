/** Profiles the bundled service by the command, while it is asked on and on. */
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/directory.js';
import { runCommand } from '../../support/process.js';
import { startProgram } from './program.js';

/**
 * @param endings of the files to write
 * @returns the files, by their endings, and what the command said
 */
export async function profileService(file: string, endings: readonly string[]) {
  const { pid, stdout } = await startProgram(file);
  const url = `http://127.0.0.1:${stdout().trim()}/`;
  const directory = await temporaryDirectory();
  const files = endings.map((ending) => join(directory, `cpu.${ending}`));
  let isOver = false;
  const ended = runCommand([
    ...['profile', 'cpu', '--pid', `${pid}`, '--seconds', '1'],
    ...files.flatMap((name) => ['-o', name]),
  ]).finally(() => {
    isOver = true;
  });
  while (!isOver) await (await fetch(url)).text();
  return { files, ...(await ended) };
}
