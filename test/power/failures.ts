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
/** Each kind of call is as likely, whether a load makes ten or a thousand of it. */
const targets = [
  { files: 'data', calls: 'write' },
  { files: 'data', calls: 'sync' },
  { files: 'segment', calls: 'write' },
  { files: 'slot', calls: 'write' },
  { files: 'directory', calls: 'sync' },
] as const;
type Target = (typeof targets)[number];
/** A call is chosen among so many at first, then among those that the last load made. */
const firstCalls = 10;
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
  const calls = new Map<Target, number>();
  let base: Base = await lab.newBase();
  for (let round = 0; done < failures; round++) {
    const kind = kinds[round % kinds.length] ?? 'eio';
    const many = times[Math.floor(random() * times.length)] ?? 1;
    const target = targets[Math.floor(random() * targets.length)] ?? targets[0];
    const at = 1 + Math.floor(random() * (calls.get(target) ?? firstCalls));
    const options: LoadOptions = {
      seed: Math.floor(random() * 1e9),
      clients: 4,
      writes: 30,
      journal: journalFrom(random),
      orders: [`!fail ${at} ${kind} ${many} ${target.files} ${target.calls}`],
      ordersAt: moments[Math.floor(random() * moments.length)] ?? 'open',
    };
    const session = await lab.load(base, options);
    calls.set(target, Math.max(1, callsOf(session, target)));
    if (!wasStruck(session)) continue;
    failed[kind] = (failed[kind] ?? 0) + 1;
    if (kind !== 'slow') done++;
    const name =
      `seed ${seed}, round ${round}, ${kind} at ${target.calls} ${at} of ${target.files} ` +
      `from ${options.ordersAt} on, ${many === 1 ? 'once' : 'for good'}`;
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

function wasStruck({ entries }: Session): boolean {
  return entries.some(
    (entry) =>
      entry.kind === 'failed' ||
      entry.kind === 'unsynced' ||
      (entry.kind === 'mark' && entry.text === 'slow'),
  );
}

function callsOf({ entries }: Session, { files, calls }: Target): number {
  const isOfCalls = ({ kind }: Entry) =>
    calls === 'sync' ? kind === 'sync' : kind === 'write' || kind === 'truncate';
  const isOfFiles = (entry: Entry) => entry.kind !== 'mark' && filesOf(entry.file) === files;
  return entries.filter((entry) => isOfCalls(entry) && isOfFiles(entry)).length;
}

function filesOf(file: string): Target['files'] {
  if (file === '') return 'directory';
  if (file === 'data.mdb') return 'data';
  return file.startsWith('journal-slot-') ? 'slot' : 'segment';
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
