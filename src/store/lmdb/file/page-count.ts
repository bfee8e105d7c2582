/** Counts the pages that records may need, in transactions to come. */
/** LMDB's pages are as large as the system's, and larger ones need fewer. */
const usualPageBytes = 4096;
/** Kept in a leaf for each record besides its bytes: a node, a pointer, and some of its key. */
const leafOverheadBytes = 32;
/** LMDB puts two records at least into a leaf: a longer one has pages of its own. */
const maxInLeafBytes = 2000;
const pageHeaderBytes = 16;

/** So many pages at most. They need not be whole numbers. */
export interface Pages {
  /** Adjacent ones. */
  readonly runs: number;
  readonly singles: number;
}

export const noPages: Pages = { runs: 0, singles: 0 };

export class PageCount implements Pages {
  runs = 0;
  singles = 0;

  /** @param bytes of a record with its key: it has pages of its own, or shares half-full leaves */
  addRecord(bytes: number): void {
    if (bytes > maxInLeafBytes) this.runs += Math.ceil((bytes + pageHeaderBytes) / usualPageBytes);
    else this.singles += (2 * (bytes + leafOverheadBytes)) / usualPageBytes;
  }

  add({ runs, singles }: Pages): void {
    this.runs += runs;
    this.singles += singles;
  }

  /** Not below nothing. */
  subtract({ runs, singles }: Pages): void {
    this.runs = Math.max(0, this.runs - runs);
    this.singles = Math.max(0, this.singles - singles);
  }

  /** Whether there are so many. */
  has({ runs, singles }: Pages): boolean {
    return this.runs >= runs && this.singles >= singles;
  }
}

/** The sum, less what is counted in it already. Whole numbers. */
export function remainder(all: Pages, counted: Pages): Pages {
  return {
    runs: Math.max(0, Math.ceil(all.runs - counted.runs)),
    singles: Math.max(0, Math.ceil(all.singles - counted.singles)),
  };
}
