/** The shapes of profiles in files, which may come from anywhere. */
import * as v from 'valibot';
import { type Kind, kinds } from '../kinds.js';
import type { FrameKind } from '../profile.js';

const finite = v.pipe(v.number(), v.finite());
const optionalNumber = v.optional(finite);

const frameKinds: readonly FrameKind[] = ['application', 'dependency', 'node', 'v8', 'native'];

/** A profile as `profile -o x.json` writes it. */
export const profileFields = v.object({
  kind: v.picklist(Object.keys(kinds) as Kind[]),
  durationUs: finite,
  requests: optionalNumber,
  notes: v.optional(v.array(v.string())),
  stacks: v.array(
    v.object({
      frames: v.array(
        v.object({
          name: v.string(),
          kind: v.picklist(frameKinds),
          file: v.optional(v.string()),
          line: optionalNumber,
        }),
      ),
      value: finite,
      samples: finite,
    }),
  ),
});

const callFrame = v.object({
  functionName: v.string(),
  url: v.string(),
  lineNumber: finite,
  columnNumber: optionalNumber,
});

export const cpuProfileFields = v.object({
  nodes: v.array(
    v.object({
      id: finite,
      callFrame,
      children: v.optional(v.array(finite)),
      parent: optionalNumber,
    }),
  ),
  samples: v.array(finite),
  timeDeltas: v.array(finite),
  startTime: finite,
  endTime: finite,
});

/** One node alone: the nodes of a .heapprofile lie in each other, and may lie deep. */
export const heapNodeFields = v.object({
  id: finite,
  callFrame,
  selfSize: finite,
  children: v.array(v.unknown()),
});

export const heapSamples = v.array(v.object({ nodeId: finite }));

/** The first fault of a value, in words. */
export function faultOf(schema: v.GenericSchema, value: unknown): string | undefined {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  if (!issues) return undefined;
  const [issue] = issues;
  return `${v.getDotPath(issue) ?? 'its content'}: ${issue.message}`;
}
