/** Ranges of entities and of keys, a page at a time. */
import type { Limits } from '../../config/limits.js';
import type { Allowance, Entity, RangeOptions } from '../store.js';
import { BucketStream, type Row } from './bucket-stream.js';
import { isManifest } from './cell.js';
import type { Level, Levels } from './levels.js';
import type { Points } from './points.js';
import { RangeMerge } from './range-merge.js';
import { RangePace } from './range-pace.js';
import type { Requests } from './requests.js';
import type { Columns, Statements } from './statements.js';
import { surelyAliveSeconds } from './time-to-live.js';
import type { VersionClock } from './version-clock.js';

export interface RangeParts {
  readonly requests: Requests;
  readonly statements: Statements;
  readonly levels: Levels;
  readonly points: Points;
  readonly versions: VersionClock;
  readonly buckets: number;
  readonly limits: Pick<Limits, 'rangePageEntities' | 'rangePageBytes' | 'rangePageMs'>;
  /** @throws StoreError `closed` */
  readonly mustBeOpen: () => void;
}

/** The item that a range yields for a row; undefined: it has expired, or is gone. */
type ItemOf<Item> = (row: Row) => Promise<Item | undefined> | Item | undefined;

export class Ranges {
  readonly #parts: RangeParts;

  constructor(parts: RangeParts) {
    this.#parts = parts;
  }

  async *entities(options: RangeOptions, allowance?: Allowance): AsyncGenerator<Entity[]> {
    const { points, levels } = this.#parts;
    const itemOf: ItemOf<Entity> = ({ key, record }) => {
      const entity = points.entityOf(key, record as Buffer, levels.quorum, allowance);
      if (!(entity instanceof Promise)) return entity as Entity | undefined;
      return entity.then((read) =>
        read === 'replaced' ? points.get(key, levels.quorum, allowance) : read,
      );
    };
    yield* this.#pages('records', options, itemOf, allowance);
  }

  async *keys(options: RangeOptions, allowance?: Allowance): AsyncGenerator<Buffer[]> {
    const { points, levels, versions } = this.#parts;
    const itemOf: ItemOf<Buffer> = ({ key, ttl, version }) => {
      versions.raise(Number(version));
      if (ttl === null || ttl === undefined || ttl > surelyAliveSeconds) return key;
      return points
        .hasExpired(key, levels.quorum)
        .then((hasExpired) => (hasExpired ? undefined : key));
    };
    yield* this.#pages('keys', options, itemOf, allowance);
  }

  async *#pages<Item>(
    columns: Columns,
    options: RangeOptions,
    itemOf: ItemOf<Item>,
    allowance: Allowance | undefined,
  ): AsyncGenerator<Item[]> {
    const { limits, mustBeOpen } = this.#parts;
    let { limit: left = Number.POSITIVE_INFINITY } = options;
    let merge: RangeMerge | undefined;
    while (left > 0) {
      const { rangePageMs } = limits;
      const maxMs = allowance ? Math.min(await allowance.slice(), rangePageMs) : rangePageMs;
      mustBeOpen();
      if (!merge) {
        merge = this.#merge(columns, options, allowance);
        await merge.begin();
      }
      const items = await this.#page(merge, itemOf, left, maxMs);
      yield items;
      left -= items.length;
      if (merge.row === undefined) return;
    }
  }

  /** Up to a bound of a page, or to a large value, which has a page of its own. */
  async #page<Item>(
    merge: RangeMerge,
    itemOf: ItemOf<Item>,
    limit: number,
    maxMs: number,
  ): Promise<Item[]> {
    const { rangePageEntities, rangePageBytes } = this.#parts.limits;
    const items: Item[] = [];
    let endMs = performance.now() + maxMs;
    let bytes = 0;
    for (let read = 0; read < rangePageEntities && items.length < limit; read++) {
      const { row } = merge;
      if (row === undefined) break;
      const isLarge = row.record !== undefined && isManifest(row.record);
      if (isLarge && read > 0) break;
      const found = itemOf(row);
      const item = found instanceof Promise ? await found : found;
      if (item !== undefined) items.push(item);
      const arriving = merge.advance();
      if (arriving) {
        await arriving;
        // Others had the event loop in between.
        endMs = performance.now() + maxMs;
      }
      bytes += row.key.length + (row.record?.length ?? 0);
      if (isLarge || bytes >= rangePageBytes || performance.now() >= endMs) break;
    }
    return items;
  }

  #merge(columns: Columns, options: RangeOptions, allowance: Allowance | undefined): RangeMerge {
    const { requests, statements, levels, buckets } = this.#parts;
    const { order = 'asc', limit = Number.POSITIVE_INFINITY } = options;
    const { low, isLowIncluded, high } = spanOf(options);
    const pace = new RangePace(buckets, limit, allowance);
    const hasHigh = high !== undefined;
    const statement = statements.stream({ columns, order, isLowIncluded, hasHigh });
    const bounds = hasHigh ? [low, high] : [low];
    const level: Level = levels.quorum;
    const streams = Array.from(
      { length: buckets },
      (_, bucket) => new BucketStream(requests, statement, [bucket, ...bounds], level, pace),
    );
    return new RangeMerge(streams, order);
  }
}

interface Span {
  readonly low: Buffer;
  readonly isLowIncluded: boolean;
  /** Excluded; undefined: the end of the store. */
  readonly high: Buffer | undefined;
}

/** The part of a range behind `after`. */
function spanOf({ start, end, after, order }: RangeOptions): Span {
  const [low, high] = [Buffer.from(start), end && Buffer.from(end)];
  const whole = { low, isLowIncluded: true, high };
  if (after === undefined) return whole;
  const last = Buffer.from(after);
  if (order === 'desc') return high && last.compare(high) >= 0 ? whole : { ...whole, high: last };
  return last.compare(low) < 0 ? whole : { low: last, isLowIncluded: false, high };
}
