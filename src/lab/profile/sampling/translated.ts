/**
 * The source maps of scripts that a loader translated in memory, as tsx and ts-node do. No file has
 * the code that runs, so V8 is asked, and only if such scripts were sampled: it then tells of all.
 */
import type { InspectorConnection } from './inspector-connection.js';

interface ScriptParsed {
  readonly url: string;
  readonly sourceMapURL?: string;
}

/** More than that is not asked for. */
const maxBytes = 64 * 1024 ** 2;

/** @returns data: URLs, by the scripts that were sampled */
export async function mapsInMemory(
  connection: InspectorConnection,
  urls: Iterable<string>,
): Promise<Readonly<Record<string, string>>> {
  const wanted = new Set<string>();
  for (const url of urls) if (isTranslated(url)) wanted.add(url);
  const maps: Record<string, string> = {};
  if (wanted.size === 0) return maps;
  let bytes = 0;
  const stop = connection.on(
    'Debugger.scriptParsed',
    ({ url, sourceMapURL = '' }: ScriptParsed) => {
      if (!wanted.has(url) || !sourceMapURL.startsWith('data:')) return;
      bytes += sourceMapURL.length;
      if (bytes <= maxBytes) maps[url] = sourceMapURL;
    },
  );
  try {
    await connection.post('Debugger.enable', { maxScriptsCacheSize: 0 });
    await connection.post('Debugger.disable');
  } catch {
    // A program that exits tells nothing any more.
  }
  stop();
  return maps;
}

/** V8 runs JavaScript, so something has translated a file of these. */
function isTranslated(url: string): boolean {
  return /\.(?:[cm]?tsx?|jsx|vue|svelte|coffee)(?:\?|$)/.test(url);
}
