/**
 * A CPU profile as samples in time: which frames were on the stack in given moments, when the event
 * loop was not idle, and the profile of these moments apart from the rest.
 */
import { CallStacks, type Visit, walk } from '../profile/convert/call-tree.js';
import { frameNaming, framesOf } from '../profile/convert/frame-naming.js';
import type { Frame, Profile, Stack } from '../profile/profile.js';
import type { RawCpuNode, RawCpuProfile } from '../profile/sampling/raw.js';
import { intervalUs } from '../profile/sampling/samplers.js';
import { type EvidenceKind, merged, type Seen, type Span } from './evidence.js';

/** Samples further apart than this do not speak for the time between them. */
const maxGapUs = 3 * intervalUs;

export class ProfileTimes {
  /** When each sample was taken, in order. */
  readonly #atUs: Float64Array;
  readonly #ids: Int32Array;
  readonly #stacks: ReadonlyMap<number, readonly Frame[]>;

  /** @param root the directory of the program's package */
  constructor(raw: RawCpuProfile, root?: string) {
    const order = samplesInOrder(raw);
    this.#atUs = Float64Array.from(order, ({ atUs }) => atUs);
    this.#ids = Int32Array.from(order, ({ id }) => id);
    this.#stacks = stacksOf(raw, root);
  }

  /**
   * The innermost frame that was on the stack in most of the samples of these moments: the user's
   * own code, if any of it was.
   */
  frameIn(spans: readonly Span[]): Frame | undefined {
    const inclusive = new Map<Frame, { samples: number; depth: number }>();
    let total = 0;
    for (const span of spans)
      for (const stack of this.#stacksWithin(span)) {
        if (isIdle(stack)) continue;
        total++;
        for (const [depth, frame] of [...new Set(stack)].entries()) {
          const known = inclusive.get(frame) ?? { samples: 0, depth };
          inclusive.set(frame, { samples: known.samples + 1, depth });
        }
      }
    const usual = [...inclusive]
      .filter(([, { samples }]) => samples > total / 2)
      .sort(([, a], [, b]) => b.depth - a.depth)
      .map(([frame]) => frame);
    return usual.find(({ kind }) => kind === 'application' || kind === 'dependency') ?? usual[0];
  }

  /** When it collected garbage, as far as samples tell: V8 reports less than all of it. */
  collections(): Seen[] {
    return this.#stretches((stack) => stack.at(-1)?.name === '(garbage collector)', 'collection');
  }

  /** When the event loop was not idle, as far as samples tell. */
  busy(): Seen[] {
    return this.#stretches((stack) => !isIdle(stack), 'busy');
  }

  /** Where samples that follow each other are alike. */
  #stretches(isSo: (stack: readonly Frame[]) => boolean, kind: EvidenceKind): Seen[] {
    const spans: Span[] = [];
    for (const [index, atUs] of this.#atUs.entries()) {
      const before = this.#atUs[index - 1];
      if (before === undefined || atUs - before > maxGapUs) continue;
      if (isSo(this.#stackAt(index - 1)) && isSo(this.#stackAt(index)))
        spans.push({ fromUs: before, toUs: atUs });
    }
    return merged(spans, 1).map((span) => ({ kind, ...span }));
  }

  /** The profiles of some moments, in order, and of all the others. */
  divide(moments: readonly Span[]): { readonly slow: Profile; readonly rest: Profile } {
    const sides = [new Map<number, number>(), new Map<number, number>()] as const;
    const inMoments = merged(moments);
    let next = 0;
    for (const [index, atUs] of this.#atUs.entries()) {
      while (next < inMoments.length && (inMoments[next] as Span).toUs < atUs) next++;
      const isSlow = next < inMoments.length && (inMoments[next] as Span).fromUs <= atUs;
      const side = sides[isSlow ? 0 : 1];
      const id = this.#ids[index] as number;
      side.set(id, (side.get(id) ?? 0) + 1);
    }
    const wholeUs = (this.#atUs.at(-1) ?? 0) - (this.#atUs[0] ?? 0);
    const slowUs = Math.min(
      wholeUs,
      inMoments.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0),
    );
    return {
      slow: this.#profile(sides[0], slowUs),
      rest: this.#profile(sides[1], wholeUs - slowUs),
    };
  }

  #profile(counts: ReadonlyMap<number, number>, durationUs: number): Profile {
    const stacks: Stack[] = [];
    for (const [id, samples] of counts) {
      const frames = this.#stacks.get(id) ?? [];
      if (frames.length > 0 && !isIdle(frames))
        stacks.push({ frames, samples, value: samples * intervalUs });
    }
    return { kind: 'cpu', stacks, durationUs };
  }

  *#stacksWithin({ fromUs, toUs }: Span): Generator<readonly Frame[]> {
    let [at, end] = [0, this.#atUs.length];
    while (at < end) {
      const half = (at + end) >> 1;
      if ((this.#atUs[half] as number) >= fromUs) end = half;
      else at = half + 1;
    }
    for (; at < this.#atUs.length && (this.#atUs[at] as number) <= toUs; at++)
      yield this.#stackAt(at);
  }

  #stackAt(index: number): readonly Frame[] {
    return this.#stacks.get(this.#ids[index] as number) ?? [];
  }
}

function isIdle(frames: readonly Frame[]): boolean {
  return frames.length === 0 || frames[0]?.name === '(idle)';
}

/** Times lie by µs out of order, where the sampler was late. */
function samplesInOrder({ samples, timeDeltas, startTime }: RawCpuProfile) {
  let at = startTime;
  return samples
    .map((id, index) => {
      at += timeDeltas[index] ?? 0;
      return { id, atUs: at };
    })
    .sort((a, b) => a.atUs - b.atUs);
}

function stacksOf(raw: RawCpuProfile, root: string | undefined): Map<number, readonly Frame[]> {
  const naming = frameNaming({ kind: 'cpu', root });
  const byId = new Map(raw.nodes.map((node) => [node.id, node]));
  const childrenOf = ({ children = [] }: RawCpuNode) =>
    children.flatMap((id) => byId.get(id) ?? []);
  const [first] = raw.nodes;
  const visits: Iterable<Visit<RawCpuNode>> = first ? walk(first, childrenOf) : [];
  const stacks = new Map<number, readonly Frame[]>();
  const callStacks = new CallStacks();
  for (const visit of visits) stacks.set(visit.node.id, framesOf(callStacks.of(visit), naming));
  return stacks;
}
