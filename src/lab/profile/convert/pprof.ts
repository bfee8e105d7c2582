/**
 * A Profile in pprof's format, which `go tool pprof`, Pyroscope and others read. Its tables show a
 * function by its name alone, so the name says the file too: methods of one name are many.
 * Format: github.com/google/pprof, proto/profile.proto.
 */
import { gzipSync } from 'node:zlib';
import type { Kind } from '../kinds.js';
import type { Frame, Profile } from '../profile.js';
import { exactly } from '../tree.js';

/** The type and unit of the values, and how many of our units make one of them. */
const valueTypes: Readonly<Record<Kind, readonly [type: string, unit: string, scale: number]>> = {
  cpu: ['cpu', 'nanoseconds', 1000],
  alloc: ['alloc_space', 'bytes', 1],
  growth: ['inuse_space', 'bytes', 1],
};

/** @param comments shown by `go tool pprof -comments` @returns protocol buffers, compressed */
export async function toPprof(
  profile: Profile,
  comments: readonly string[] = [],
): Promise<Uint8Array> {
  const pprof = await import('pprof-format');
  const table = new pprof.StringTable();
  const text = (value: string) => table.dedup(value);
  const [type, unit, scale] = valueTypes[profile.kind];
  const valueType = new pprof.ValueType({ type: text(type), unit: text(unit) });
  const functions: InstanceType<typeof pprof.Function>[] = [];
  const locations: InstanceType<typeof pprof.Location>[] = [];
  const byFrame = new Map<string, number>();
  const locationOf = (frame: Frame): number => {
    const key = exactly(frame);
    const known = byFrame.get(key);
    if (known !== undefined) return known;
    const id = functions.length + 1;
    const { name, file = '', line = 0 } = frame;
    functions.push(
      new pprof.Function({
        id,
        name: text(pprofName(frame)),
        systemName: text(name),
        filename: text(file),
        startLine: line,
      }),
    );
    const lines = [new pprof.Line({ functionId: id, line })];
    locations.push(new pprof.Location({ id, mappingId: 1, line: lines }));
    byFrame.set(key, id);
    return id;
  };
  const sums = new Map<string, { locationId: number[]; value: number; samples: number }>();
  for (const { frames, value, samples } of profile.stacks) {
    // The innermost first.
    const locationId = frames.map(locationOf).reverse();
    const sum = sums.get(locationId.join()) ?? { locationId, value: 0, samples: 0 };
    sum.value += value;
    sum.samples += samples;
    sums.set(locationId.join(), sum);
  }
  const sample = [...sums.values()].map(
    ({ locationId, value, samples }) =>
      new pprof.Sample({ locationId, value: [samples, Math.round(value * scale)] }),
  );
  const encoded = new pprof.Profile({
    sampleType: [new pprof.ValueType({ type: text('samples'), unit: text('count') }), valueType],
    sample,
    // Without one that says so, readers look for the names in the program.
    mapping: [new pprof.Mapping({ id: 1, hasFunctions: true })],
    location: locations,
    function: functions,
    stringTable: table,
    durationNanos: Math.round(profile.durationUs * 1000),
    periodType: valueType,
    period: 1,
    comment: comments.map(text),
  }).encode();
  return gzipSync(encoded);
}

/** `put (src/store.ts)`; an anonymous function has its line too, as nothing else tells it apart. */
export function pprofName({ name, file, line }: Frame): string {
  if (file === undefined) return name;
  const isNameless = /^\(?anonymous\)?$/.test(name) && line !== undefined;
  return `${name} (${file}${isNameless ? `:${line}` : ''})`;
}
