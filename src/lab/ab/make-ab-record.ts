/** Makes the record of a comparison from its rounds. */

import type { LoadOptions } from '../load/load-options.js';
import { recordedOptions } from '../load/output/make-record.js';
import { withoutSecrets } from '../load/output/secrets.js';
import { machine } from '../load/result/machine.js';
import { type AbRecord, abSchemaVersion } from './ab-record.js';
import type { BuildTarget } from './build-server.js';
import { type Build, type BuildComparison, isDecided, type Plan } from './compare-builds.js';

export interface AbExtras {
  readonly startedAt: string;
  readonly targets: Readonly<Record<Build, BuildTarget>>;
  readonly options: LoadOptions;
  readonly plan: Plan;
  readonly repeated: readonly { readonly build: Build; readonly reason: string }[];
  readonly interrupted: boolean;
}

export function toAbRecord(comparison: BuildComparison, extras: AbExtras): AbRecord {
  const { startedAt, targets, options, plan, repeated, interrupted } = extras;
  const known = (name: 'low' | 'high' | 'smallest', value: number) =>
    Number.isFinite(value) ? { [name]: value } : {};
  return {
    schema: abSchemaVersion,
    startedAt,
    machine: machine(),
    a: textOf(targets.a),
    b: textOf(targets.b),
    options: recordedOptions(options) as AbRecord['options'],
    plan: { ...plan },
    ended: interrupted ? 'signal' : isDecided(comparison) ? 'decided' : 'budget',
    calibration: [...comparison.calibration],
    rounds: [...comparison.rounds],
    changes: comparison.changes.map(({ low, high, smallest, ...change }) => ({
      ...change,
      // The lower end is -100 % while the upper one is not known.
      ...(Number.isFinite(high) && { ...known('low', low), ...known('high', high) }),
      ...known('smallest', smallest),
    })),
    unfair: [...comparison.unfair],
    repeated: [...repeated],
    outcome: outcomeOf(comparison),
  };
}

function textOf(target: BuildTarget): string {
  return 'url' in target ? withoutSecrets(target.url) : target.command;
}

function outcomeOf({ changes, unfair }: BuildComparison): AbRecord['outcome'] {
  const has = (wanted: string) => changes.some(({ judgement }) => judgement === wanted);
  if (unfair.length > 0) return 'unfair';
  if (has('worse')) return 'worse';
  if (has("can't tell") || changes.length === 0) return "can't tell";
  return has('better') ? 'better' : 'same';
}
