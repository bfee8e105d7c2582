/**
 * The file of tokens: a JSON array of entries, each with the SHA-256 of a token. No message quotes
 * what stands in it: someone may have written a token in place of its digest.
 */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { maxKeyBytes } from '../../config/limits.js';
import { AccessError } from './access-error.js';
import { type Access, accesses, digestOf, type TokenEntry } from './tokens.js';

/** Each look-up compares all of them. */
const maxTokens = 1000;
/** 256 bits cannot be guessed. */
const tokenBytes = 32;

const entry = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[ -~]{1,64}$/)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i)),
  access: v.picklist(accesses),
  prefix: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(maxKeyBytes))),
  prefixBase64: v.optional(v.pipe(v.string(), v.base64(), v.minLength(1))),
});

type Entry = v.InferOutput<typeof entry>;

const rules: Readonly<Record<keyof Entry, string>> = {
  name: 'should be 1 to 64 printable characters of ASCII',
  sha256: 'should be 64 hexadecimal digits',
  access: `should be one of ${accesses.join(', ')}`,
  prefix: `should be the beginning of a key, of 1 to ${maxKeyBytes} bytes`,
  prefixBase64: `should be the beginning of a key in base64, of 1 to ${maxKeyBytes} bytes`,
};

/** @throws AccessError without the name of the file */
export function parseTokens(text: string): TokenEntry[] {
  const json = parseJson(text);
  if (!Array.isArray(json)) throw new AccessError('it should be a JSON array of tokens');
  if (json.length > maxTokens)
    throw new AccessError(`it has ${json.length} tokens; ${maxTokens} are taken at most`);
  const entries = json.map((value: unknown, at) => parseEntry(value, at + 1));
  mustDiffer(
    entries.map(({ grant }) => grant.name),
    'name',
  );
  mustDiffer(
    entries.map(({ digest }) => digest.toString('hex')),
    'sha256',
  );
  return entries;
}

/** Makes a token, and its line for the file. */
export function makeToken(
  name: string,
  access: Access,
  prefix: Buffer | undefined,
): { readonly token: string; readonly line: string } {
  const token = `ek_${randomBytes(tokenBytes).toString('base64url')}`;
  const sha256 = digestOf(token).toString('hex');
  const line = JSON.stringify({ name, sha256, access, ...(prefix && membersOf(prefix)) });
  // No line is printed that the server would refuse.
  parseTokens(`[${line}]`);
  return { token, line };
}

function membersOf(prefix: Buffer): Partial<Entry> {
  const text = prefix.toString();
  return Buffer.from(text).equals(prefix)
    ? { prefix: text }
    : { prefixBase64: prefix.toString('base64') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [where = ''] = / at position \d+/.exec((error as Error).message) ?? [];
    throw new AccessError(`it is not JSON${where}`);
  }
}

function parseEntry(value: unknown, number: number): TokenEntry {
  const refuse = (why: string): never => {
    throw new AccessError(`token ${number} ${why}`);
  };
  const parsed = v.safeParse(entry, value, { abortEarly: true });
  if (!parsed.success) {
    const member = v.getDotPath(parsed.issues[0]) ?? '';
    if (Object.hasOwn(rules, member)) refuse(`: "${member}" ${rules[member as keyof Entry]}`);
    return refuse(`should be an object with ${Object.keys(rules).join(', ')}, and no others`);
  }
  const { name, sha256, access, prefix, prefixBase64 } = parsed.output;
  if (prefix !== undefined && prefixBase64 !== undefined)
    refuse('has a prefix and a prefixBase64; give one');
  const bytes =
    prefix === undefined
      ? prefixBase64 === undefined
        ? undefined
        : Buffer.from(prefixBase64, 'base64')
      : Buffer.from(prefix);
  if (bytes !== undefined && bytes.length > maxKeyBytes) refuse(`: "prefix" ${rules.prefix}`);
  if (bytes !== undefined && access === 'admin')
    refuse('is of an admin, who is not limited to a prefix; give it the access write');
  return { digest: Buffer.from(sha256, 'hex'), grant: { name, access, prefix: bytes } };
}

function mustDiffer(values: readonly string[], member: keyof Entry): void {
  const at = values.findIndex((value, index) => values.indexOf(value) !== index);
  if (at < 0) return;
  const first = values.indexOf(values[at] as string);
  throw new AccessError(`tokens ${first + 1} and ${at + 1} have the same "${member}"`);
}
