/**
 * The viewer as one script for a picture. Its parts are compiled and linted with the rest of the
 * program; here their text is read back, and put together in an order in which each finds what it
 * needs. Their top-level names must be unique.
 */
import { readFileSync } from 'node:fs';

const parts = ['view-frames', 'search', 'tooltip', 'main'];
let script: string | undefined;

/** It holds no `]]>`, so it can stand in a CDATA section. */
export function viewerScript(): string {
  script ??= `(() => {\n'use strict';\n${parts.map(readPart).join('\n')}\n})();`;
  return script;
}

function readPart(name: string): string {
  return (
    readFileSync(new URL(`./${name}.js`, import.meta.url), 'utf8')
      .replace(/^import [^;]*;\n|^\/\/# sourceMappingURL.*\n?|^export (?:\{\};\n)?/gm, '')
      // A column a level: it is in every picture.
      .replace(/ {4}/g, ' ')
      .trim()
  );
}
