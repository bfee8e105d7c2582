/** From V8's call frames to ours: whose code it is, and a file name that holds on any machine. */
import { fileURLToPath } from 'node:url';
import type { Frame, FrameKind, Profile } from '../profile.js';
import type { CallFrame } from '../sampling/raw.js';

/** Makes frames; equal call frames become one object. */
export type Naming = (callFrame: CallFrame) => Frame;

interface NamingOptions {
  readonly kind: Profile['kind'];
  /** The directory of the program's package; without it, file names stay as they are. */
  readonly root?: string | undefined;
  /** Tells where generated code came from. */
  readonly original?: Original | undefined;
}

/** From a place in generated code to that in its source, or to itself. */
export type Original = (callFrame: CallFrame) => CallFrame;

export function frameNaming({ kind, root, original }: NamingOptions): Naming {
  const known = new Map<string, Frame>();
  // A node of a tree is in many stacks, and its key costs more than all else here.
  const byNode = new WeakMap<CallFrame, Frame>();
  return (callFrame) => {
    const seen = byNode.get(callFrame);
    if (seen !== undefined) return seen;
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    const key = `${functionName}\n${url}\n${lineNumber}\n${columnNumber}`;
    const frame = known.get(key) ?? frameOf(original?.(callFrame) ?? callFrame, kind, root);
    known.set(key, frame);
    byNode.set(callFrame, frame);
    return frame;
  };
}

const nativeOf = '(native code of ';
const nameless = new Map<string, Frame>();

/** A nameless function in C++, as an addon's methods are, goes by the name of its caller. */
export function framesOf(callFrames: readonly CallFrame[], naming: Naming): Frame[] {
  const frames = callFrames.map(naming);
  return frames.map((frame, depth) => {
    const caller = frames[depth - 1]?.name;
    if (frame.kind !== 'native' || frame.name !== '(anonymous)' || caller === undefined)
      return frame;
    const named = nameless.get(caller) ?? { ...frame, name: `${nativeOf}${caller})` };
    nameless.set(caller, named);
    return named;
  });
}

function frameOf(
  { functionName, url, lineNumber }: CallFrame,
  kind: Profile['kind'],
  root: string | undefined,
): Frame {
  const name = functionName || '(anonymous)';
  if (url === '') return { name, kind: kindWithoutFile(name, kind) };
  return { name, ...fileOf(url, root), ...(lineNumber >= 0 && { line: lineNumber + 1 }) };
}

/** States in brackets in which C++ runs: Node's, libuv's, an addon's. The others are V8's own. */
const nativeStates = ['(program)', '(EXTERNAL)', '(V8 API)'];

/** Functions without a file: C++ to V8's CPU sampler, built-ins to that of allocations. */
function kindWithoutFile(name: string, kind: Profile['kind']): FrameKind {
  if (name.startsWith(nativeOf)) return 'native';
  if (/^\(.+\)$/.test(name) && name !== '(anonymous)')
    return nativeStates.includes(name) ? 'native' : 'v8';
  return kind === 'cpu' ? 'native' : 'v8';
}

function fileOf(url: string, root: string | undefined): { kind: FrameKind; file: string } {
  if (url.startsWith('node:')) return { kind: 'node', file: url };
  const path = pathOf(url);
  // The program itself may lie below node_modules; its own package is not a dependency for that.
  const inside =
    root !== undefined && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
  const shown = inside ?? path;
  const modules = `/${shown}`.lastIndexOf('/node_modules/');
  if (modules >= 0)
    return { kind: 'dependency', file: shown.slice(Math.max(0, modules)).replace(/^\//, '') };
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
