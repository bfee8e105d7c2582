/**
 * From `replicas=ack/from` to Cassandra's levels. A read waits for `ack` replicas, and a write for
 * `ack + (all − from)`. So a read at b/f sees a write at a/f if a + b > f, as readers and writers
 * of f replicas expect, whichever replicas respond.
 */
import type { ReplicaCount } from '../store.js';
import type { Driver } from './driver.js';

export interface Level {
  readonly consistency: number;
  /** Replicas that must respond. */
  readonly needed: number;
}

export class Levels {
  readonly #consistencies: Driver['types']['consistencies'];
  readonly #all: number;
  readonly quorum: Level;
  readonly one: Level;
  readonly all: Level;

  constructor(driver: Driver, replicationFactor: number) {
    this.#consistencies = driver.types.consistencies;
    this.#all = replicationFactor;
    const needed = Math.floor(replicationFactor / 2) + 1;
    this.quorum = { consistency: this.#consistencies.quorum, needed };
    this.one = this.#atLeast(1);
    this.all = this.#atLeast(replicationFactor);
  }

  ofRead(replicas: ReplicaCount | undefined): Level {
    return replicas ? this.#atLeast(replicas.ack) : this.quorum;
  }

  ofWrite(replicas: ReplicaCount | undefined): Level {
    return replicas ? this.#atLeast(replicas.ack + this.#all - replicas.from) : this.quorum;
  }

  /** There are levels for few counts. Another one is rounded up, which is safe. */
  #atLeast(count: number): Level {
    const { one, two, three, all } = this.#consistencies;
    if (count >= this.#all) return { consistency: all, needed: this.#all };
    if (count === 1) return { consistency: one, needed: 1 };
    if (count === 2) return { consistency: two, needed: 2 };
    if (count === 3) return { consistency: three, needed: 3 };
    return count <= this.quorum.needed ? this.quorum : { consistency: all, needed: this.#all };
  }
}
