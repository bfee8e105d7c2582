/** A `.cpuprofile` as a profile, roughly: enough for pictures to have realistic stacks to draw. */
import type { Frame, FrameKind, Profile, Stack } from '#dist/lab/profile/profile.js';

export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export function fromCpuProfile(
  { nodes, samples, timeDeltas }: CpuProfile,
  requests?: number,
): Profile {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const sums = new Map<number, { value: number; samples: number }>();
  for (const [index, id] of samples.entries()) {
    if (byId.get(id)?.callFrame.functionName === '(idle)') continue;
    const sum = sums.get(id) ?? { value: 0, samples: 0 };
    sums.set(id, {
      value: sum.value + Math.max(0, timeDeltas[index] ?? 0),
      samples: sum.samples + 1,
    });
  }
  const stacks: Stack[] = [];
  for (const [id, sum] of sums) {
    const frames: Frame[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      if (node !== undefined && node.callFrame.functionName !== '(root)')
        frames.unshift(frameOf(node.callFrame));
    }
    stacks.push({ frames, ...sum });
  }
  const durationUs = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  return { kind: 'cpu', stacks, durationUs, ...(requests === undefined ? {} : { requests }) };
}

function frameOf({
  functionName,
  url,
  lineNumber,
}: CpuProfile['nodes'][number]['callFrame']): Frame {
  const name = functionName || '(anonymous)';
  if (url === '') return { name, kind: 'v8' };
  const file = url.replace(/^file:\/\/.*?\/(?=node_modules\/|dist\/)/, '');
  return { name, kind: kindOf(file), file, line: lineNumber + 1 };
}

function kindOf(file: string): FrameKind {
  if (file.startsWith('node:')) return 'node';
  return file.includes('node_modules/') ? 'dependency' : 'application';
}
