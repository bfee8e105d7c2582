/**
 * A byte that changes in the files of the journal, after a server was killed. If the byte is
 * needed, the store refuses to open, and names the file and an offset. If it is not, all that was
 * acknowledged is there. No acknowledged frame is left out in silence.
 *
 * EVENKEEL_FLIPS sets how many bytes are changed, EVENKEEL_SEED which ones.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameHeaderBytes } from '#dist/store/lmdb/journal/frame.js';
import { numbered } from '../../suite/factory.js';
import {
  contentOf,
  copyOf,
  filesOf,
  KiB,
  killAfter,
  type Put,
  recoveredIn,
} from '../journal/killed-store.js';
import { type FileFlip, type Filled, flips, readFlipped, seed } from './flips.js';

/** The header of a segment file. */
const segmentHeader = [0, 32] as const;

type Span = readonly [start: number, end: number];

interface Image extends Filled {
  readonly name: string;
  /** The bytes of each file of the journal that recovery needs. */
  readonly needed: ReadonlyMap<string, readonly Span[]>;
}

const small = numbered(60).map((key, i): Put => [key, String.fromCharCode(97 + (i % 26)), i + 1]);
const some = numbered(5).map((key, i): Put => [key, 'X', 40_000 + 3000 * i]);
const large: Put[] = [
  ['large one', 'L', 300 * KiB],
  ['large two', 'M', 257 * KiB],
];

async function imageOf(name: string, puts: readonly Put[]): Promise<Image> {
  const directory = await killAfter(puts);
  const files = await filesOf(directory);
  // LMDB may change its file when it looks at it.
  const { segments } = await recoveredIn(await copyOf(directory));
  const needed = new Map<string, Span[]>(
    ['journal-0', 'journal-1'].map((name) => [name, [segmentHeader]]),
  );
  for (const { segment, frames } of segments)
    for (const { start, end } of frames) {
      needed.get(`journal-${segment.number}`)?.push([start - frameHeaderBytes, end]);
      for (let place = start; place < end; place = segment.entries.next(place)) {
        const slot = segment.entries.slotOf(place);
        if (!slot) continue;
        const slotName = `journal-slot-${slot.slot}`;
        const spans = needed.get(slotName) ?? [];
        needed.set(slotName, [...spans, [slot.offset, slot.offset + slot.bytes]]);
      }
    }
  return { name, files, needed, expected: [...contentOf(puts)] };
}

/** Most changes are to needed bytes, and of those many to headers. */
function changesOf({ files, needed }: Image, count: number): FileFlip[] {
  const inSpan = (name: string, start: number, end: number) =>
    fc.record({
      name: fc.constant(name),
      at: fc.noBias(fc.integer({ min: start, max: end - 1 })),
      mask: fc.integer({ min: 1, max: 255 }),
    });
  const anywhere = [...files]
    .filter(([name]) => name.startsWith('journal'))
    .map(([name, { length }]) => inSpan(name, 0, length));
  const spans = [...needed].flatMap(([name, some]) => some.map((span) => ({ name, span })));
  const inNeeded = fc
    .constantFrom(...spans)
    .chain(({ name, span: [start, end] }) => inSpan(name, start, end));
  const inHeader = fc
    .constantFrom(...spans)
    .chain(({ name, span: [start, end] }) =>
      inSpan(name, start, Math.min(end, start + frameHeaderBytes)),
    );
  return fc.sample(fc.oneof(inNeeded, inHeader, ...anywhere), { seed, numRuns: count });
}

/** The fault in the result of a change; undefined: none. */
function faultOf(image: Image, { name, at }: FileFlip, result: unknown): string | undefined {
  if (typeof result === 'string') return result;
  const { refused, message, intact, absent, damaged, wrong } = result as {
    refused?: string;
    message?: string;
    intact: number;
    absent: number;
    damaged: number;
    wrong: string[];
  };
  const isNeeded = image.needed.get(name)?.some(([start, end]) => at >= start && at < end) ?? false;
  if (refused) {
    if (!isNeeded) return `it is not needed, and refused: ${message}`;
    if (refused !== 'damaged') return `refused as ${refused}`;
    return new RegExp(`/${name} .*offset \\d+`).test(message ?? '') ? undefined : message;
  }
  if (isNeeded) return 'it is needed, and nothing is said';
  if (absent > 0 || damaged > 0) return `${absent} absent, ${damaged} damaged`;
  return intact === 2 * image.expected.length ? wrong[0] : (wrong[0] ?? `${intact} intact`);
}

test(
  'a flipped byte in the journal is refused if it is needed, and without effect if not',
  async () => {
    // The first segment is full, and on its way into LMDB; or LMDB has it, and it is used again.
    const images = [
      await imageOf('sealed', [...small, ...some, ...large]),
      await imageOf('used again', [...some, ...small, ...some, ...some, ...large, ...small]),
    ];
    const report: string[] = [];
    const faults: string[] = [];
    for (const image of images) {
      const counts = { refused: 0, noEffect: 0 };
      const changes = changesOf(image, Math.ceil(flips / images.length));
      await readFlipped(image, changes, (change, result) => {
        const fault = faultOf(image, change, result);
        const { name, at, mask } = change;
        if (fault) faults.push(`${image.name}: ${name} byte ${at} ^ ${mask}: ${fault}`);
        counts[typeof result === 'object' && result.refused ? 'refused' : 'noEffect']++;
      });
      const files = [...image.needed.keys()].join(', ');
      report.push(`${image.name}, seed ${seed}, in ${files}: ${JSON.stringify(counts)}`);
    }
    if (faults.length > 0 || process.env.EVENKEEL_TEST_REPORT)
      console.log([...report, ...faults].join('\n'));
    expect(faults).toEqual([]);
  },
  300_000 + 1000 * flips,
);
