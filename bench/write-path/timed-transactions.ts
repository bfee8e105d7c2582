/** The store's transaction, taken apart: how long each part of a batch of permanent records takes in the writer thread. */
import { decodeBatch } from '#dist/store/embedded/batch.js';
import { dataFile, type Environment, readersOf, shapeOf } from '#dist/store/embedded/environment.js';
import { pagesNeeded, Room } from '#dist/store/embedded/room.js';

export interface Times {
  commits: number;
  puts: number;
  decodeMs: number;
  roomMs: number;
  treeMs: number;
  commitMs: number;
}

export class TimedTransactions {
  readonly #env: Environment;
  readonly #room: Room;
  readonly times: Times = { commits: 0, puts: 0, decodeMs: 0, roomMs: 0, treeMs: 0, commitMs: 0 };

  constructor(env: Environment, folder: string) {
    this.#env = env;
    this.#room = new Room(dataFile(folder), () => readersOf(env.root).flatMap(({ commit }) => commit ?? []));
  }

  commit(batch: ArrayBuffer): void {
    const { times } = this;
    let last = performance.now();
    const lap = () => {
      const now = performance.now();
      const ms = now - last;
      last = now;
      return ms;
    };
    const steps = decodeBatch(batch);
    times.decodeMs += lap();
    this.#env.root.transactionSync(() => {
      times.commitMs += lap();
      const shape = shapeOf(this.#env.entities);
      const lengths = steps.map(({ record }) => record?.length ?? 0);
      this.#room.ensure(shape, pagesNeeded(shape, steps.length, lengths, 0), true);
      times.roomMs += lap();
      for (const { key, record } of steps) if (record) this.#env.entities.putSync(key, record);
      times.treeMs += lap();
    });
    times.commitMs += lap();
    times.commits++;
    times.puts += steps.length;
  }
}
