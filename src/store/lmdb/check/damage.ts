/** The findings of a check. */

/** Something that is wrong in a file of a store, or in a backup. */
export interface Damage {
  readonly file: string;
  /** Where, if it is known. */
  readonly offset?: number | undefined;
  /** The key of the entity that is lost or wrong, if it is known. */
  readonly key?: Buffer | undefined;
  readonly what: string;
}

/** Stops the look at a page, and all that is below it. */
export class PageDamage extends Error {
  readonly offset: number;

  constructor(offset: number, what: string) {
    super(what);
    this.offset = offset;
  }
}

/** Further ones are only counted. */
const maxKept = 100;

/** The damages of one file. */
export class Damages {
  readonly #file: string;
  readonly list: Damage[] = [];
  count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  add(damage: Omit<Damage, 'file'>): void {
    this.count++;
    if (this.list.length < maxKept) this.list.push({ file: this.#file, ...damage });
  }
}
