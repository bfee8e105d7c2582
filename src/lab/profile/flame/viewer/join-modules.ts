/**
 * Compiled modules as one script for a page or a picture. They are compiled and linted with the
 * rest of the program; here their text is read back. Their top-level names must be unique.
 */
import { readFileSync } from 'node:fs';

/**
 * @param directory where the compiled modules are, as a URL that ends in a slash
 * @param names in an order in which each finds what it needs
 */
export function joinModules(directory: string, names: readonly string[]): string {
  return names.map((name) => readModule(new URL(`${name}.js`, directory))).join('\n');
}

function readModule(file: URL): string {
  return (
    readFileSync(file, 'utf8')
      .replace(/^import [^;]*;\n|^\/\/# sourceMappingURL.*\n?|^export (?:\{\};\n)?/gm, '')
      // A column a level: it is in every picture.
      .replace(/ {4}/g, ' ')
      .trim()
  );
}
