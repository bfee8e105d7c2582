/** The viewer as one script for a picture. */
import { joinModules } from './join-modules.js';

const parts = ['view-frames', 'search', 'tooltip', 'main'];
let script: string | undefined;

/** It holds no `]]>`, so it can stand in a CDATA section. */
export function viewerScript(): string {
  const directory = new URL('./', import.meta.url).href;
  script ??= `(() => {\n'use strict';\n${joinModules(directory, parts)}\n})();`;
  return script;
}
