/** Each write and sync of a load fails in turn, in each way that a system has. */
import { randomFrom } from '../support/random.js';
import { afterLoss } from './disk.js';
import { judge, Tally } from './judge.js';
import { type Base, ledgerAt, type PowerLab, type Session } from './sessions.js';

const kinds = ['eio', 'late', 'enospc', 'edquot', 'short', 'slow'] as const;
/** One call, or all from it on. */
const times = [1, 1_000_000] as const;
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
  const counts = { wentOn: 0, full: 0, stopped: 0, ended: 0, silent: 0 };
  let done = 0;
  let base: Base = await lab.newBase();
  for (let round = 0; done < failures; round++) {
    for (let at = 1, struck = true; struck && done < failures; at++) {
      struck = false;
      for (const kind of kinds)
        for (const many of times) {
          if (done >= failures) break;
          const session = await lab.load(base, {
            seed: Math.floor(random() * 1e9),
            clients: 4,
            writes: 24,
            orders: [`!fail ${at} ${kind} ${many}`],
            afterFirst: round % 2 === 0,
          });
          if (!wasStruck(session)) continue;
          struck = true;
          failed[kind] = (failed[kind] ?? 0) + 1;
          if (kind !== 'slow') done++;
          const name = `seed ${seed}, ${kind} at call ${at}, ${many === 1 ? 'once' : 'for good'}`;
          counts[outcomeOf(session, tally, name)]++;
          const went = await judgeAll(lab, tally, session, random, name);
          if (went && random() < 0.1) base = went.file.length < 8e6 ? went : await lab.newBase();
          if (kind !== 'slow') onProgress(done);
        }
    }
  }
  return { tally, failed, ...counts };
}

function wasStruck({ entries }: Session): boolean {
  return entries.some(
    (entry) => entry.kind === 'failed' || (entry.kind === 'mark' && entry.text === 'slow'),
  );
}

/** The file as the process left it, and as a loss of power right after may leave it. */
async function judgeAll(
  lab: PowerLab,
  tally: Tally,
  session: Session,
  random: () => number,
  name: string,
): Promise<Base | undefined> {
  const { entries, base } = session;
  const went = await judge(lab, tally, session.file, ledgerAt(session, entries.length), name);
  const cut = random() < 0.5 ? entries.length : 1 + Math.floor(random() * entries.length);
  const lost = afterLoss(base.file, entries, cut, random);
  await judge(lab, tally, lost, ledgerAt(session, cut), `${name}, power lost at ${cut}`);
  return went;
}

type Counted = 'wentOn' | 'full' | 'stopped' | 'ended' | 'silent';

function outcomeOf({ reply }: Session, tally: Tally, name: string): Counted {
  if ('ended' in reply) {
    if (/Write error: /.test(reply.stderr)) return 'ended';
    tally.note(`${name}: the process ended: ${JSON.stringify(reply)}`);
    return 'silent';
  }
  const { endings, failure, said, closed } = reply;
  const codes = Object.keys(endings ?? { refused: 1 });
  const wordless = codes.some((code) => code !== 'acknowledged') && said.length === 0;
  const known = codes.every((code) => expected.has(code)) && closed === true;
  if (!known || wordless || ('failed' in endings && failure === undefined)) {
    tally.note(`${name}: ${JSON.stringify(reply)}`);
    return 'silent';
  }
  return failure !== undefined ? 'stopped' : 'full' in endings ? 'full' : 'wentOn';
}
