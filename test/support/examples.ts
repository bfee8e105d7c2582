/**
 * The examples of a document, run as they are printed: blocks of JavaScript, of which each comment
 * behind a `console.log` says what it prints. It stands on Node alone, as the packages in
 * test/packages have a vitest of their own.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const printedUrl = 'http://127.0.0.1:8080';

export interface Example {
  readonly code: string;
  /** One line for each `console.log`. */
  readonly output: string;
}

/** @param imports a package that the wanted examples import */
export async function examplesOf(file: string, imports: string): Promise<Example[]> {
  const text = await readFile(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
  return [...text.matchAll(/^```js\n(.*?)^```$/gms)]
    .map(([, code = '']) => ({
      code,
      output: [...code.matchAll(/console\.log\(.*\); \/\/ (.*\n)/g)]
        .map(([, said]) => said)
        .join(''),
    }))
    .filter(({ code }) => code.includes(`from '${imports}'`));
}

/**
 * Its output, as a module of its own in the directory, from where its packages are found.
 * @param url of the server, in place of the one that is printed
 */
export async function runExample({ code }: Example, url: string, directory: string) {
  const place = await mkdtemp(join(directory, 'example-'));
  try {
    const file = join(place, 'example.mjs');
    await writeFile(file, code.replaceAll(printedUrl, url));
    return (await promisify(execFile)(process.execPath, [file], { cwd: place })).stdout;
  } finally {
    await rm(place, { recursive: true });
  }
}
