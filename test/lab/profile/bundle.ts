/** The service in TypeScript as a team ships it: one minified file in a package of its own. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { temporaryDirectory } from '../../support/directory.js';

export interface Bundle {
  /** The package. */
  readonly root: string;
  readonly file: string;
  /** `src/pricing.ts:12`, where the text stands in the source. */
  readonly placeOf: (source: string, text: string) => Promise<string>;
}

/** @param sourcemap as the bundler knows it: `hidden` writes the map without a comment */
export async function bundleService(sourcemap: true | 'inline' | 'hidden'): Promise<Bundle> {
  const root = await temporaryDirectory();
  await mkdir(join(root, 'dist'));
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
  await cp(fileURLToPath(new URL('service', import.meta.url)), join(root, 'src'), {
    recursive: true,
  });
  const file = join(root, 'dist/server.js');
  const build = await rolldown({ input: join(root, 'src/server.ts'), platform: 'node' });
  await build.write({ file, format: 'esm', minify: true, sourcemap });
  await build.close();
  const placeOf = async (source: string, text: string) => {
    const lines = (await readFile(join(root, source), 'utf8')).split('\n');
    return `${source}:${1 + lines.findIndex((line) => line.includes(text))}`;
  };
  return { root, file, placeOf };
}
