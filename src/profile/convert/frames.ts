/** From V8's call frames to ours: whose code it is, and a file name that means the same on another machine. */
import { fileURLToPath } from 'node:url';
import type { Frame, FrameKind } from '../profile.js';
import type { CallFrame } from '../sampling/raw.js';

/** Makes frames; equal call frames become one object. */
export type Naming = (callFrame: CallFrame) => Frame;

/** @param root the folder of the program's package; without it, file names stay as they are */
export function frameNaming(root?: string): Naming {
  const known = new Map<string, Frame>();
  return (callFrame) => {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    const key = `${functionName}\n${url}\n${lineNumber}\n${columnNumber}`;
    const frame = known.get(key) ?? frameOf(callFrame, root);
    known.set(key, frame);
    return frame;
  };
}

function frameOf({ functionName, url, lineNumber }: CallFrame, root: string | undefined): Frame {
  const name = functionName || '(anonymous)';
  if (url === '') return { name, kind: kindWithoutFile(name) };
  const { kind, file } = fileOf(url, root);
  return { name, kind, file, ...(lineNumber >= 0 && { line: lineNumber + 1 }) };
}

/**
 * A function without a file is C++ that JavaScript called: Node's, or an addon's. In brackets are V8's own states, of which
 * `(program)` and `(EXTERNAL)` are native code again.
 */
function kindWithoutFile(name: string): FrameKind {
  const own = name.startsWith('(') && !['(program)', '(EXTERNAL)', '(anonymous)'].includes(name);
  return own ? 'v8' : 'native';
}

function fileOf(url: string, root: string | undefined): { kind: FrameKind; file: string } {
  if (url.startsWith('node:')) return { kind: 'node', file: url };
  const path = pathOf(url);
  // The program itself may be installed below node_modules; what is in its package is not its dependency for that.
  const inside = root !== undefined && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
  const shown = inside ?? path;
  const modules = `/${shown}`.lastIndexOf('/node_modules/');
  if (modules >= 0) return { kind: 'dependency', file: shown.slice(Math.max(0, modules)).replace(/^\//, '') };
  if (root === undefined || inside !== undefined || !path.startsWith('/'))
    return { kind: 'application', file: shown };
  return { kind: 'application', file: `…/${path.split('/').slice(-2).join('/')}` };
}

function pathOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return fileURLToPath(url).replaceAll('\\', '/');
  } catch {
    return url;
  }
}
