/**
 * From a Profile back to V8's format, which Chrome's developer tools and speedscope open. V8's own
 * file is better where there is one: a Profile has lost the order of the samples.
 */
import type { Frame, Profile } from '../profile.js';
import type { CallFrame, RawCpuNode, RawCpuProfile } from '../sampling/raw.js';

interface Node {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children: Node[];
  readonly byFrame: Map<string, Node>;
  value: number;
  samples: number;
}

/** One sample a stack, one after the other. */
export function toCpuProfile(profile: Profile): RawCpuProfile {
  const nodes = treeOf(profile);
  const spent = nodes.filter(({ value }) => value > 0);
  const timeDeltas = [0, ...spent.slice(0, -1).map(({ value }) => Math.round(value))];
  return {
    nodes: nodes.map(
      ({ id, callFrame, samples, children }): RawCpuNode => ({
        id,
        callFrame,
        hitCount: samples,
        children: children.map((child) => child.id),
      }),
    ),
    startTime: 0,
    endTime: timeDeltas.reduce((sum, delta) => sum + delta, Math.round(spent.at(-1)?.value ?? 0)),
    samples: spent.map(({ id }) => id),
    timeDeltas,
  };
}

/** The nodes of the call tree, the root first and every parent before its children. */
function treeOf({ stacks }: Profile): Node[] {
  const nodes: Node[] = [];
  const add = (callFrame: CallFrame): Node => {
    const id = nodes.length + 1;
    const node = { id, callFrame, children: [], byFrame: new Map(), value: 0, samples: 0 };
    nodes.push(node);
    return node;
  };
  const root = add(callFrameOf({ name: '(root)', kind: 'v8' }));
  for (const { frames, value, samples } of stacks) {
    let at = root;
    for (const frame of frames) {
      const key = `${frame.name}\n${frame.file}\n${frame.line}`;
      const known = at.byFrame.get(key);
      const child = known ?? add(callFrameOf(frame));
      if (!known) {
        at.byFrame.set(key, child);
        at.children.push(child);
      }
      at = child;
    }
    at.value += value;
    at.samples += samples;
  }
  return nodes;
}

function callFrameOf({ name, file = '', line }: Frame): CallFrame {
  return {
    functionName: name === '(anonymous)' ? '' : name,
    scriptId: '0',
    url: file,
    lineNumber: (line ?? 0) - 1,
    columnNumber: -1,
  };
}
