/**
 * Finds the source map of a generated file: in the file itself (a data: URL), where its comment
 * `//# sourceMappingURL=` says, or beside it as `FILE.map`. Files are named by a profile, and that
 * may come from anywhere: only regular files are read, and only up to a size.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface MapFile {
  /** The generated code. */
  readonly code: string;
  /** JSON, not parsed. */
  readonly map: string;
  /** The sources of the map are relative to this. */
  readonly url: string;
  /** When the newer of both files was written, in ms since 1970. */
  readonly writtenMs: number;
}

export interface Bounds {
  readonly maxFileBytes: number;
  /** Bound of all files together. */
  readonly maxBytes: number;
}

export const defaultBounds: Bounds = {
  maxFileBytes: 128 * 1024 ** 2,
  maxBytes: 512 * 1024 ** 2,
};

/** Says why a map that should be there can't be had. */
export class MapError extends Error {}

export class MapFiles {
  readonly #bounds: Bounds;
  readonly #prefix: string;
  #bytes = 0;

  /** @param prefix the file system of the process, as `/proc/PID/root`; empty: ours */
  constructor(bounds: Bounds, prefix = '') {
    this.#bounds = bounds;
    this.#prefix = prefix;
  }

  /** @returns undefined if the file is not there or has no map @throws MapError */
  find(file: string): MapFile | undefined {
    const code = this.#read(file);
    if (code === undefined) return undefined;
    const comment = commentIn(code.text);
    const base = pathToFileURL(file).href;
    if (comment === undefined) {
      const beside = this.#read(`${file}.map`);
      return beside && this.#found(code, beside, `${base}.map`);
    }
    if (comment.startsWith('data:'))
      return this.#found(code, { text: inlined(comment), writtenMs: 0 }, base);
    const url = URL.canParse(comment, base) ? new URL(comment, base) : undefined;
    if (url?.protocol !== 'file:')
      throw new MapError(`its source map ${comment.slice(0, 200)} is not a file`);
    const map = this.#read(fileURLToPath(url));
    if (map === undefined) throw new MapError(`its source map ${comment} is missing`);
    return this.#found(code, map, url.href);
  }

  #found(code: Text, map: Text, url: string): MapFile {
    const writtenMs = Math.max(code.writtenMs, map.writtenMs);
    return { code: code.text, map: map.text, url, writtenMs };
  }

  #read(file: string): Text | undefined {
    const path = this.#prefix + file;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return undefined;
    const { maxFileBytes, maxBytes } = this.#bounds;
    if (stats.size > maxFileBytes)
      throw new MapError(`${file} has ${stats.size} bytes, and at most ${maxFileBytes} are read`);
    this.#bytes += stats.size;
    if (this.#bytes > maxBytes)
      throw new MapError(`more than ${maxBytes} bytes of code and source maps are not read`);
    return { text: readFileSync(path, 'utf8'), writtenMs: stats.mtimeMs };
  }
}

interface Text {
  readonly text: string;
  readonly writtenMs: number;
}

/** The last line that is not another comment has it, or there is none: a string may hold one. */
function commentIn(code: string): string | undefined {
  const at = code.lastIndexOf('# sourceMappingURL=');
  const found = /^# sourceMappingURL=(\S+)[^\S\n]*(?:\*\/)?\s*(?:\/\/[^\n]*\s*)*$/;
  return at < 2 || !/^\/[/*]$/.test(code.slice(at - 2, at))
    ? undefined
    : found.exec(code.slice(at))?.[1];
}

/** The map of a script that no file has as it runs. @throws MapError */
export function inMemoryMap(file: string, dataUrl: string): MapFile {
  return { code: '', map: inlined(dataUrl), url: pathToFileURL(file).href, writtenMs: 0 };
}

function inlined(url: string): string {
  const comma = url.indexOf(',');
  const content = url.slice(comma + 1);
  const isBase64 = /;base64$/i.test(url.slice(0, comma));
  try {
    return isBase64 ? Buffer.from(content, 'base64').toString('utf8') : decodeURIComponent(content);
  } catch {
    throw new MapError('its source map in a data: URL is malformed');
  }
}
