/**
 * From places in generated code to those that people wrote: `dist/server.js:1` becomes
 * `src/store.ts:41`. A map that is missing or wrong is noted once, and its frames stay as they are.
 */
import { fileURLToPath } from 'node:url';
import type { CallFrame } from '../sampling/raw.js';
import {
  type Bounds,
  defaultBounds,
  inMemoryMap,
  MapError,
  type MapFile,
  MapFiles,
} from './map-file.js';
import { columnOfName } from './original-name.js';

type Library = typeof import('@jridgewell/trace-mapping');
type TraceMap = InstanceType<Library['TraceMap']>;

export interface SourceMapOptions extends Partial<Bounds> {
  /** Where the process sees its files, as `/proc/PID/root`; default: as we do. */
  readonly prefix?: string | undefined;
  /** When the process started, in ms since 1970: files written later may not be what it runs. */
  readonly startedMs?: number | undefined;
  /** For scripts that no file has as they run: data: URLs by the URLs of the scripts. */
  readonly inMemory?: Readonly<Record<string, string>>;
}

/** Imports what reads maps only here: most commands need none. */
export async function sourceMaps(options: SourceMapOptions = {}): Promise<SourceMaps> {
  return new SourceMaps(await import('@jridgewell/trace-mapping'), options);
}

interface Script extends MapFile {
  readonly path: string;
  readonly trace: TraceMap;
  lines?: readonly string[];
  mapped: number;
  unmapped: number;
}

const knowsNone = 'its source map knows none of its functions';
const isNewer = 'it or its source map was written after the process had started';

export class SourceMaps {
  readonly #library: Library;
  readonly #files: MapFiles;
  readonly #startedMs: number;
  readonly #inMemory: ReadonlyMap<string, string>;
  readonly #scripts = new Map<string, Script | undefined>();
  /** By the reason. */
  readonly #failed = new Map<string, string[]>();

  constructor(library: Library, options: SourceMapOptions) {
    this.#library = library;
    this.#files = new MapFiles({ ...defaultBounds, ...options }, options.prefix);
    this.#startedMs = options.startedMs ?? Number.POSITIVE_INFINITY;
    this.#inMemory = new Map(Object.entries(options.inMemory ?? {}));
  }

  /** The call frame in the source; as it was given, where no map tells. */
  original(callFrame: CallFrame): CallFrame {
    const { url, lineNumber, columnNumber, functionName } = callFrame;
    const path = lineNumber < 0 ? undefined : pathOf(url);
    const script = path === undefined ? undefined : this.#scriptOf(path, url);
    if (!script) return callFrame;
    const { originalPositionFor } = this.#library;
    const found = originalPositionFor(script.trace, {
      line: lineNumber + 1,
      column: Math.max(0, columnNumber),
    });
    if (found.source === null) {
      // The code of a module as a whole often begins with lines that no source has.
      if (lineNumber > 0 || columnNumber > 0) script.unmapped++;
      return callFrame;
    }
    script.mapped++;
    return {
      ...callFrame,
      functionName: this.#nameOf(script, callFrame) ?? functionName,
      url: sourceUrl(found.source),
      lineNumber: found.line - 1,
      columnNumber: found.column,
    };
  }

  /** A sentence for each reason why something could not be told. */
  notes(): string[] {
    const failed = new Map(this.#failed);
    const add = (reason: string, { path }: Script) =>
      failed.set(reason, [...(failed.get(reason) ?? []), path]);
    for (const script of this.#scripts.values()) {
      if (script?.mapped === 0 && script.unmapped > 0) add(knowsNone, script);
      else if (script && script.writtenMs > this.#startedMs) add(isNewer, script);
    }
    return [...failed].map(([reason, [first, ...more]]) => {
      const others = more.length === 0 ? '' : ` and ${more.length} more`;
      const consequence = reason === isNewer ? 'may be wrong' : 'are as generated';
      return `lines of ${first}${others} ${consequence}: ${reason}`;
    });
  }

  #scriptOf(path: string, url: string): Script | undefined {
    if (this.#scripts.has(url)) return this.#scripts.get(url);
    const script = this.#load(path, url);
    this.#scripts.set(url, script);
    return script;
  }

  #load(path: string, url: string): Script | undefined {
    try {
      const known = this.#inMemory.get(url);
      const file = known === undefined ? this.#files.find(path) : inMemoryMap(path, known);
      return file && { ...file, path, trace: this.#parse(file), mapped: 0, unmapped: 0 };
    } catch (error) {
      const { message } = error as Error;
      this.#failed.set(message, [...(this.#failed.get(message) ?? []), path]);
      return undefined;
    }
  }

  #parse({ map, url }: MapFile): TraceMap {
    const { FlattenMap, decodedMappings } = this.#library;
    try {
      // Some servers begin a map with a line that keeps it from being run as a script.
      const json = JSON.parse(map.replace(/^\)\]\}'[^\n]*\n/, ''));
      if (json?.version !== 3) throw new Error('its version is not 3');
      const trace = new FlattenMap(json, url);
      decodedMappings(trace);
      return trace;
    } catch (error) {
      throw new MapError(`its source map can't be read: ${(error as Error).message}`);
    }
  }

  #nameOf(script: Script, { functionName, lineNumber, columnNumber }: CallFrame) {
    if (functionName === '' || script.trace.names.length === 0) return undefined;
    script.lines ??= script.code.split(/\r\n|[\n\r\u2028\u2029]/);
    const before = script.lines[lineNumber]?.slice(0, columnNumber) ?? '';
    const column = columnOfName(before, functionName);
    if (column === undefined) return undefined;
    const segment = this.#library.traceSegment(script.trace, lineNumber, column);
    // One that begins further left is of another identifier.
    return segment?.length === 5 && segment[0] === column
      ? script.trace.names[segment[4]]
      : undefined;
  }
}

/** Files only: Node's own modules and code without a file have no map. */
function pathOf(url: string): string | undefined {
  if (url.startsWith('/')) return url;
  if (!url.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Bundlers name files by schemes of their own: `webpack://app/./src/a.ts?1f2e`. */
function sourceUrl(source: string): string {
  const [, path] = /^(?!file:|https?:|node:)[a-z][\w+.-]*:\/\/[^/]*\/(.*)$/i.exec(source) ?? [];
  return path === undefined ? source : path.replace(/^(\.\/)+|\?[0-9a-f]*$/g, '');
}
