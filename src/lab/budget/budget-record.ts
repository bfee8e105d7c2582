/**
 * A budget: the work that a server does for a request, in a file of the user's repository. It says
 * how it was measured, so a check needs nothing else. This one schema gives its type and check.
 */
import * as v from 'valibot';
import { machineRecord } from '../load/result/load-record.js';

const amount = v.pipe(v.number(), v.minValue(0));
const share = v.pipe(amount, v.maxValue(10));

const frame = v.object({
  function: v.string(),
  /** File, or whose code it is. Without the line, which any change moves. */
  where: v.string(),
  perRequest: amount,
});

const cost = v.object({ perRequest: amount, tolerance: share, frames: v.array(frame) });

export const budgetSchemaVersion = 'evenkeel-budget/1';

export const budgetRecord = v.object({
  schema: v.literal(budgetSchemaVersion),
  command: v.string(),
  /** The flags and the path that say what is sent. */
  arguments: v.array(v.string()),
  requests: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  machine: machineRecord,
  bytes: cost,
  cpuUs: cost,
});

export type Budget = v.InferOutput<typeof budgetRecord>;
export type FrameCost = Budget['bytes']['frames'][number];
export type CostName = 'bytes' | 'cpuUs';
