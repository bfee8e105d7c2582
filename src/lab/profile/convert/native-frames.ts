/** From the symbols that perf and V8's list of code give to frames: whose code, and where. */
import type { Frame } from '../profile.js';
import type { CallFrame } from '../sampling/raw.js';
import type { Naming } from './frame-naming.js';

/**
 * @param symbol C++, C or the kernel's, demangled
 * @param object the library or program it is in, or `[kernel.kallsyms]` and other names in brackets
 */
export function symbolFrame(symbol: string, object: string): Frame {
  const engine = /^(non-virtual thunk to )?(v8|cppgc)::|^Builtins_/.test(symbol);
  return { name: symbol, kind: engine ? 'v8' : 'native', file: objectName(object) };
}

/** Without the machine's directories. */
function objectName(object: string): string {
  if (object.startsWith('[kernel')) return '[kernel]';
  const path = object.replace(/ \(deleted\)$/, '');
  const modules = path.lastIndexOf('/node_modules/');
  return modules >= 0 ? path.slice(modules + 1) : path.slice(path.lastIndexOf('/') + 1);
}

/** Code that V8 made, of which nobody told the name. */
export const namelessCode: Frame = { name: '(compiled code)', kind: 'v8' };

/** @param name in V8's list: `JS:*put file:///srv/a.js:3:14`; the mark tells how it was compiled */
export function codeFrame(name: string, naming: Naming): Frame {
  const callFrame = callFrameOf(name);
  return callFrame === undefined ? { name, kind: 'v8' } : naming(callFrame);
}

/** Undefined for what is not a function of a file: V8's own stubs, regular expressions. */
function callFrameOf(name: string): CallFrame | undefined {
  const [, text = ''] =
    /^(?:JS|LazyCompile|Function|Eval|Script):(?:o?[~^*+]'?)?(.*)$/.exec(name) ?? [];
  // Functions' names (`get size`) and files' may have a space; a file's beginning tells them apart.
  const [, functionName, url, line, column] =
    /^(.*?) ((?:file:|node:|\/|[A-Z]:\\).*):(\d+):(\d+)$/.exec(text) ??
    /^(\S*) (.*):(\d+):(\d+)$/.exec(text) ??
    [];
  if (functionName === undefined || url === undefined) return undefined;
  return {
    functionName,
    scriptId: '0',
    url,
    lineNumber: Number(line) - 1,
    columnNumber: Number(column) - 1,
  };
}
