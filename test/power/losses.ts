/**
 * Losses of power at random moments of a load, and what the files hold after each. Some come while
 * a checkpoint runs, and some while a store opens what an earlier loss left.
 */
import { randomFrom } from '../support/random.js';
import { afterLoss } from './disk.js';
import { type Judged, judge, Tally } from './judge.js';
import type { Entry } from './recorder.js';
import { type Base, type LoadOptions, ledgerAt, type PowerLab, type Session } from './sessions.js';

const lossesPerLoad = 20;
/** In so many losses, one comes while a checkpoint makes a transaction. */
const checkpointEvery = 3;
/** And one while a frame or a large value is on its way to the disk. */
const frameEvery = 4;
const maxDelayUs = 2000;
/** After one loss in so many, the store is opened again, and loses power in that time twice. */
const replayEvery = 6;
const lossesPerReplay = 2;
const maxBaseBytes = 16e6;

export interface LossReport {
  readonly tally: Tally;
  readonly loads: number;
  readonly acknowledged: number;
  /** Losses while a checkpoint ran. */
  readonly inCheckpoints: number;
  /** Losses while a store that was opened after a loss read its journal, or emptied it. */
  readonly inReplays: number;
}

interface LossOptions {
  readonly losses: number;
  readonly seed: number;
  /** The disk answers syncs without making anything durable: then losses must show. */
  readonly lie?: boolean;
}

export async function losePower(
  lab: PowerLab,
  options: LossOptions,
  onProgress: (done: number) => void = () => {},
): Promise<LossReport> {
  const run = new LossRun(lab, options, onProgress);
  while (run.tally.opened < options.losses) await run.load();
  return run;
}

class LossRun implements LossReport {
  readonly tally = new Tally();
  loads = 0;
  acknowledged = 0;
  inCheckpoints = 0;
  inReplays = 0;
  readonly #lab: PowerLab;
  readonly #options: LossOptions;
  readonly #onProgress: (done: number) => void;
  readonly #random: () => number;
  #base: Base | undefined;

  constructor(lab: PowerLab, options: LossOptions, onProgress: (done: number) => void) {
    this.#lab = lab;
    this.#options = options;
    this.#onProgress = onProgress;
    this.#random = randomFrom(options.seed);
  }

  /** A load, and losses of it. */
  async load(): Promise<void> {
    const random = this.#random;
    const session = await this.#record(this.#base ?? (await this.#lab.newBase()), {
      clients: 1 + Math.floor(random() * 12),
      writes: 300,
      orders: [
        `!delay ${Math.floor(random() * maxDelayUs)}`,
        ...(this.#options.lie ? ['!lie'] : []),
      ],
    });
    this.loads++;
    let next: Base | undefined;
    for (let n = 0; n < lossesPerLoad && !this.#isDone; n++) {
      const inCheckpoint = n % checkpointEvery === 0;
      const cut = inCheckpoint
        ? cutNear(session, isSyncOfData, random)
        : n % frameEvery === 0
          ? cutNear(session, random() < 0.5 ? isWriteOfSlot : isWriteOfSegment, random)
          : cutIn(session, random);
      if (inCheckpoint) this.inCheckpoints++;
      const judged = await this.#lose(session, cut, 'load');
      if (judged && n % replayEvery === 0) await this.#replay(judged.given);
      // The next load goes on from files that a loss left, read by a store or not.
      if (judged && random() < 0.2) next = random() < 0.3 ? judged.left : judged.given;
    }
    this.#base = next && bytesOf(next) < maxBaseBytes ? next : undefined;
  }

  get #isDone(): boolean {
    return this.tally.opened >= this.#options.losses;
  }

  /** Opens what a loss left, and loses power in that time. */
  async #replay(base: Base): Promise<void> {
    const random = this.#random;
    const writes = Math.floor(random() * 20);
    const session = await this.#record(base, { clients: 2, writes, orders: [] });
    for (let n = 0; n < lossesPerReplay && !this.#isDone; n++) {
      this.inReplays++;
      await this.#lose(session, cutIn(session, random), 'replay after load');
    }
  }

  async #record(
    base: Base,
    options: Pick<LoadOptions, 'clients' | 'writes' | 'orders'>,
  ): Promise<Session> {
    const random = this.#random;
    const session = await this.#lab.load(base, {
      ...options,
      seed: Math.floor(random() * 1e9),
      journal: journalFrom(random),
      ordersAt: 'open',
    });
    const { reply } = session;
    if (!('endings' in reply) || reply.closed !== true)
      throw new Error(`the load ended: ${JSON.stringify(reply)}`);
    this.acknowledged += reply.endings.acknowledged ?? 0;
    return session;
  }

  async #lose(session: Session, cut: number, when: string): Promise<Judged | undefined> {
    const { base, entries } = session;
    const files = afterLoss(base.files, entries, cut, this.#random);
    const name =
      `seed ${this.#options.seed}, loss ${this.tally.opened + 1}, ${when} ${this.loads}, ` +
      `entry ${cut} of ${entries.length}`;
    const judged = await judge(this.#lab, this.tally, files, ledgerAt(session, cut), name);
    this.#onProgress(this.tally.opened);
    return judged;
  }
}

/** Small segments that are sealed soon, so that each load has checkpoints. */
export function journalFrom(random: () => number): LoadOptions['journal'] {
  return {
    maxSegmentBytes: (2 + Math.floor(random() * 3)) * 128 * 1024,
    maxAgeMs: 10 + Math.floor(random() * 90),
  };
}

function cutIn({ entries }: Session, random: () => number): number {
  return 1 + Math.floor(random() * entries.length);
}

/** A cut at one of the chosen entries, or a few entries before or after it. */
function cutNear(
  session: Session,
  isChosen: (entry: Entry) => boolean,
  random: () => number,
): number {
  const chosen = session.entries.flatMap((entry, at) => (isChosen(entry) ? [at + 1] : []));
  const at = chosen[Math.floor(random() * chosen.length)];
  if (at === undefined) return cutIn(session, random);
  const cut = at + Math.floor(random() * (entriesBefore + entriesAfter)) - entriesBefore;
  return Math.max(1, Math.min(cut, session.entries.length));
}

const entriesBefore = 2;
const entriesAfter = 8;

function isSyncOfData(entry: Entry): boolean {
  return entry.kind === 'sync' && entry.file === 'data.mdb';
}

function isWriteOfSlot(entry: Entry): boolean {
  return entry.kind === 'write' && entry.file.startsWith('journal-slot-');
}

function isWriteOfSegment(entry: Entry): boolean {
  return entry.kind === 'write' && /^journal-\d$/.test(entry.file);
}

function bytesOf({ files }: Base): number {
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}
