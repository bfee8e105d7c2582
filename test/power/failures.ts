/** Writes and syncs of a load fail, at any of its calls and in each way that a system has. */
import { randomFrom } from '../support/random.js';
import { afterLoss } from './disk.js';
import { type Judged, judge, Tally } from './judge.js';
import { journalFrom } from './losses.js';
import type { Entry } from './recorder.js';
import { type Base, type LoadOptions, ledgerAt, type PowerLab, type Session } from './sessions.js';

const kinds = ['eio', 'late', 'enospc', 'edquot', 'short', 'slow'] as const;
/** One call, or all from it on. */
const times = [1, 1_000_000] as const;
const moments = ['start', 'open', 'first'] as const;
/** A call is chosen among so many at first, then among those that the last loads made. */
const firstCalls = 60;
const maxBaseBytes = 8e6;
const expected = new Set(['acknowledged', 'full', 'failed']);

export interface FailureReport {
  readonly tally: Tally;
  /** Loads in which a call failed, by how. */
  readonly failed: Record<string, number>;
  /** Loads in which every write was acknowledged all the same. */
  readonly wentOn: number;
  /** Loads in which some were refused as on a full disk, and the store went on. */
  readonly full: number;
  /** Loads in which the store said that it failed. */
  readonly stopped: number;
  /** Loads in which the store said why it can't be opened. */
  readonly refused: number;
  /** Those in which lmdb ended the process, with a line on standard error. */
  readonly ended: number;
  /** Those in which nothing was said, or something else. */
  readonly silent: number;
}

/** @param failures how many, without those that are only slow */
export async function failWrites(
  lab: PowerLab,
  { failures, seed }: { failures: number; seed: number },
  onProgress: (done: number) => void = () => {},
): Promise<FailureReport> {
  const random = randomFrom(seed);
  const tally = new Tally();
  const failed: Record<string, number> = {};
  const counts = { wentOn: 0, full: 0, stopped: 0, refused: 0, ended: 0, silent: 0 };
  let done = 0;
  let calls = firstCalls;
  let base: Base = await lab.newBase();
  for (let round = 0; done < failures; round++) {
    const kind = kinds[round % kinds.length] ?? 'eio';
    const many = times[Math.floor(random() * times.length)] ?? 1;
    const at = 1 + Math.floor(random() * calls);
    const options: LoadOptions = {
      seed: Math.floor(random() * 1e9),
      clients: 4,
      writes: 24,
      journal: journalFrom(random),
      orders: [`!fail ${at} ${kind} ${many}`],
      ordersAt: moments[Math.floor(random() * moments.length)] ?? 'open',
    };
    const session = await lab.load(base, options);
    calls = Math.max(10, callsOf(session));
    const struckFile = fileStruck(session);
    if (struckFile === undefined) continue;
    failed[kind] = (failed[kind] ?? 0) + 1;
    if (kind !== 'slow') done++;
    const name =
      `seed ${seed}, round ${round}, ${kind} at call ${at} from ${options.ordersAt} on, of ` +
      `${struckFile || 'the directory'}, ${many === 1 ? 'once' : 'for good'}`;
    counts[outcomeOf(session, tally, name)]++;
    const went = await judgeAll(lab, tally, session, random, name);
    if (went && random() < 0.3) {
      const next = random() < 0.5 ? went.left : went.given;
      const bytes = [...next.files.values()].reduce((sum, { length }) => sum + length, 0);
      base = bytes < maxBaseBytes ? next : await lab.newBase();
    }
    if (kind !== 'slow') onProgress(done);
  }
  return { tally, failed, ...counts };
}

/** The file whose call was the first to fail, or to be slow; undefined: none was. */
function fileStruck({ entries }: Session): string | undefined {
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'failed' || entry.kind === 'unsynced') return entry.file;
    const before = entries[index - 1];
    if (entry.kind === 'mark' && entry.text === 'slow')
      return before && before.kind !== 'mark' ? before.file : '';
  }
  return undefined;
}

const callKinds: ReadonlySet<Entry['kind']> = new Set(['write', 'truncate', 'sync']);

function callsOf({ entries }: Session): number {
  return entries.filter(({ kind }) => callKinds.has(kind)).length;
}

/** The files as the process left them, and as a loss of power right after may leave it. */
async function judgeAll(
  lab: PowerLab,
  tally: Tally,
  session: Session,
  random: () => number,
  name: string,
): Promise<Judged | undefined> {
  const { entries, base } = session;
  const went = await judge(lab, tally, session.files, ledgerAt(session, entries.length), name);
  const cut = random() < 0.5 ? entries.length : 1 + Math.floor(random() * entries.length);
  const lost = afterLoss(base.files, entries, cut, random);
  await judge(lab, tally, lost, ledgerAt(session, cut), `${name}, power lost at ${cut}`);
  return went;
}

type Counted = 'wentOn' | 'full' | 'stopped' | 'refused' | 'ended' | 'silent';

function outcomeOf({ reply }: Session, tally: Tally, name: string): Counted {
  if ('ended' in reply) {
    if (/Write error: /.test(reply.stderr)) return 'ended';
    tally.note(`${name}: the process ended: ${JSON.stringify(reply)}`);
    return 'silent';
  }
  if ('refused' in reply) {
    if (reply.refused !== 'unknown' && reply.said.length > 0) return 'refused';
    tally.note(`${name}: ${JSON.stringify(reply)}`);
    return 'silent';
  }
  const { endings, failure, said, closed } = reply;
  const codes = Object.keys(endings);
  const wordless = codes.some((code) => code !== 'acknowledged') && said.length === 0;
  const known = codes.every((code) => expected.has(code)) && closed === true;
  if (!known || wordless || ('failed' in endings && failure === undefined)) {
    tally.note(`${name}: ${JSON.stringify(reply)}`);
    return 'silent';
  }
  return failure !== undefined ? 'stopped' : 'full' in endings ? 'full' : 'wentOn';
}
