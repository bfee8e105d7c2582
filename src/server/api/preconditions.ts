/**
 * Preconditions (RFC 9110 § 13). An ETag is the version in quotes, so any other tag matches
 * nothing. A write's condition is for the store, which decides it in the write's transaction; a
 * read's is decided on the entity that was read.
 */
import { maxConditionVersions } from '../../config/limits.js';
import type { Capabilities, Condition } from '../../store/store.js';
import type { FieldsOf } from './operations.js';
import { Problem, quote } from './problem.js';

/** A condition's list. `any`: it is `*`, which matches every entity that is there. */
export type EntityTags = 'any' | readonly EntityTag[];

export interface EntityTag {
  readonly isWeak: boolean;
  /** Undefined: not a version. */
  readonly version: number | undefined;
}

export interface ReadPreconditions {
  readonly ifMatch?: EntityTags;
  readonly ifNoneMatch?: EntityTags;
}

type ConditionName = 'if-match' | 'if-none-match';

/** No version is so, and so it never holds. */
const never: Condition = { kind: 'version', versions: [] };

/** @throws Problem 400 on a malformed field, 501 on ETags in If-None-Match */
export function writeCondition(
  fields: FieldsOf<'put'> | FieldsOf<'delete'> | FieldsOf<'deleteRange'>,
): Condition | undefined {
  const match = entityTags('if-match', fields['if-match']);
  const noneMatch = entityTags('if-none-match', fields['if-none-match']);
  if (noneMatch !== undefined && noneMatch !== 'any')
    throw new Problem(
      501,
      'a write takes * in if-none-match, and no ETags; send * if the entity must be absent, or ' +
        'if-match with the versions that may be replaced',
    );
  if (match === undefined) return noneMatch && { kind: 'absent' };
  if (noneMatch !== undefined) return never;
  if (match === 'any') return { kind: 'present' };
  const versions = match.flatMap(({ isWeak, version }) =>
    isWeak || version === undefined ? [] : [version],
  );
  return { kind: 'version', versions };
}

/**
 * @param names of what the client has to leave out
 * @throws Problem 501 if the store keeps no conditions
 */
export function mustKeepConditions(
  { conditions }: Pick<Capabilities, 'conditions'>,
  names: string,
): void {
  if (conditions) return;
  throw new Problem(
    501,
    'this store keeps no conditions, and the write would not be safe without; ' +
      `leave ${names} out if it may be done in any case`,
  );
}

/**
 * Undefined without any, as nearly always.
 * @throws Problem 400 on a malformed field
 */
export function readPreconditions(fields: FieldsOf<'get'>): ReadPreconditions | undefined {
  const ifMatch = entityTags('if-match', fields['if-match']);
  const ifNoneMatch = entityTags('if-none-match', fields['if-none-match']);
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  return { ...(ifMatch && { ifMatch }), ...(ifNoneMatch && { ifNoneMatch }) };
}

/**
 * Decides a read's conditions on the version that is there, in the order of § 13.2.2. Only
 * If-None-Match may compare weakly (§ 8.8.3.2).
 * @throws Problem 412
 */
export function decide(
  { ifMatch, ifNoneMatch }: ReadPreconditions,
  version: number,
): 'as usual' | 'not modified' {
  if (ifMatch !== undefined && !matches(ifMatch, version, 'strong')) throw preconditionFailed();
  const isKnown = ifNoneMatch !== undefined && matches(ifNoneMatch, version, 'weak');
  return isKnown ? 'not modified' : 'as usual';
}

function preconditionFailed(): Problem {
  return new Problem(
    412,
    'the condition if-match does not hold; leave the field out to read the version that is there',
  );
}

/** One entity tag; undefined if it is anything else. */
export function entityTag(text: string): EntityTag | undefined {
  const tags = parseTags(text);
  return tags?.length === 1 ? tags[0] : undefined;
}

/** @throws Problem 400 */
function entityTags(
  name: ConditionName,
  value: string | readonly string[] | undefined,
): EntityTags | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  if (text === '*') return 'any';
  const tags = parseTags(text);
  if (tags && tags.length > maxConditionVersions)
    throw new Problem(
      400,
      `the field ${name} has ${tags.length} ETags; it may have at most ${maxConditionVersions}`,
    );
  if (tags?.length) return tags;
  throw new Problem(
    400,
    `the field ${name} is * or a list of ETags, each in double quotes, got ${quote(text)}`,
  );
}

function matches(tags: EntityTags, version: number, comparison: 'strong' | 'weak'): boolean {
  if (tags === 'any') return true;
  return tags.some((tag) => tag.version === version && (comparison === 'weak' || !tag.isWeak));
}

/** An element of the list (§ 8.8.3, § 5.6.1.2), which may be empty, and the comma behind it. */
const element = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;
const versionText = /^[1-9][0-9]{0,15}$/;

/** Undefined if it is not a list of entity tags. */
function parseTags(text: string): EntityTag[] | undefined {
  const tags: EntityTag[] = [];
  element.lastIndex = 0;
  while (element.lastIndex < text.length) {
    const match = element.exec(text);
    if (!match) return undefined;
    const [, weak, opaque] = match;
    if (opaque === undefined) continue;
    const version = versionText.test(opaque) ? Number(opaque) : undefined;
    tags.push({ isWeak: weak !== undefined, version });
  }
  return tags;
}
