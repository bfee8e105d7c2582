/** Losses of power at random moments of a load, and what the file holds after each. */
import { randomFrom } from '../support/random.js';
import { afterLoss } from './disk.js';
import { judge, Tally } from './judge.js';
import { type Base, ledgerAt, type PowerLab } from './sessions.js';

const lossesPerLoad = 20;

export interface LossReport {
  readonly tally: Tally;
  readonly loads: number;
  readonly acknowledged: number;
}

/**
 * @param lie whether the disk answers syncs without making anything durable: then losses must show
 */
export async function losePower(
  lab: PowerLab,
  { losses, seed, lie = false }: { losses: number; seed: number; lie?: boolean },
  onProgress: (done: number) => void = () => {},
): Promise<LossReport> {
  const random = randomFrom(seed);
  const tally = new Tally();
  let acknowledged = 0;
  let loads = 0;
  let base: Base = await lab.newBase();
  while (tally.files < losses) {
    const session = await lab.load(base, {
      seed: Math.floor(random() * 1e9),
      clients: 1 + Math.floor(random() * 12),
      writes: 150,
      orders: lie ? ['!lie'] : [],
      afterFirst: false,
    });
    loads++;
    const { reply, entries } = session;
    if (!('endings' in reply)) throw new Error(`the load ended: ${JSON.stringify(reply)}`);
    acknowledged += reply.endings.acknowledged ?? 0;
    let next: Base | undefined;
    for (let n = 0; n < lossesPerLoad && tally.files < losses; n++) {
      const cut = 1 + Math.floor(random() * entries.length);
      const file = afterLoss(base.file, entries, cut, random);
      const name = `seed ${seed}, load ${loads}, entry ${cut} of ${entries.length}`;
      const went = await judge(lab, tally, file, ledgerAt(session, cut), name);
      if (went && random() < 0.2) next = went;
      onProgress(tally.files);
    }
    // The next load goes on from a file that a loss left, unless that has grown much.
    base = next && next.file.length < 16e6 ? next : await lab.newBase();
  }
  return { tally, loads, acknowledged };
}
