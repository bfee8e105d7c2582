/**
 * The record of a comparison, which `evenkeel ab --json` writes: every raw run, and what follows
 * from them. This one schema gives its type and docs/ab.schema.json. Within a version, optional
 * fields may be added, and nothing else may change.
 */
import * as v from 'valibot';
import { machineRecord, optionsRecord } from '../load/result/load-record.js';
import { figureNames } from './figures.js';

const say = <const Schema extends v.GenericSchema>(meaning: string, schema: Schema) =>
  v.pipe(schema, v.description(meaning));

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const builds = v.picklist(['a', 'b']);
const figures = v.object(
  Object.fromEntries(figureNames.map((name) => [name, v.exactOptional(v.number())])),
);
const round = v.object({ order: v.picklist(['ab', 'ba']), a: figures, b: figures });
/** JSON has no infinity: a bound that is not known is absent. */
const bound = v.exactOptional(v.number());

const change = v.object({
  figure: v.picklist(figureNames),
  a: say('The middle run of A: µs, or bytes.', v.number()),
  b: v.number(),
  change: say('From A to B, over the rounds: 0.1 is 10 % more.', v.number()),
  low: bound,
  high: say('The ends of its interval. Absent if there are too few rounds.', bound),
  smallest: say('A change so large is found in nine of ten such comparisons.', bound),
  judgement: v.picklist(['worse', 'better', 'same', "can't tell"]),
});

export const abSchemaVersion = 'evenkeel-ab/1';

export const abRecord = v.object({
  schema: v.literal(abSchemaVersion),
  startedAt: v.string(),
  machine: machineRecord,
  a: say('The command, or the URL.', v.string()),
  b: v.string(),
  options: say('The load of each run. The URL is that of A, or the path alone.', optionsRecord),
  plan: v.object({
    maxRounds: count,
    tolerance: say('A change within it does not matter.', v.number()),
    alarmShare: say('The chance that equal builds differ in any figure.', v.number()),
  }),
  ended: say('Why there were no more rounds.', v.picklist(['decided', 'budget', 'signal'])),
  calibration: say('A against A: b is the second A.', v.array(round)),
  rounds: v.array(round),
  changes: v.array(change),
  unfair: say('Figures that differ between A and A.', v.array(v.picklist(figureNames))),
  repeated: say(
    'Runs that could not be used and were made again.',
    v.array(v.object({ build: builds, reason: v.string() })),
  ),
  outcome: say(
    "worse if any figure is; else can't tell if any is open; else better or same.",
    v.picklist(['worse', 'better', 'same', "can't tell", 'unfair']),
  ),
});

export type AbRecord = v.InferOutput<typeof abRecord>;
