/** Files of tokens for a test, as an operator would have made them. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeToken } from '#dist/server/access/token-file.js';
import type { Access } from '#dist/server/access/tokens.js';
import { temporaryDirectory } from './directory.js';

export interface TestTokens<Name extends string> {
  readonly file: string;
  /** By their names. */
  readonly tokens: Readonly<Record<Name, string>>;
  /** Replaces the file by one with these alone. */
  readonly keep: (...names: readonly Name[]) => Promise<void>;
}

/** @param wanted the access of each, and behind a space the prefix of its keys */
export async function makeTokens<Name extends string>(
  wanted: Readonly<Record<Name, string>>,
): Promise<TestTokens<Name>> {
  const file = join(await temporaryDirectory(), 'tokens.json');
  const made = new Map(
    Object.entries<string>(wanted).map(([name, words]) => {
      const [access, prefix] = words.split(' ');
      return [name, makeToken(name, access as Access, prefix ? Buffer.from(prefix) : undefined)];
    }),
  );
  const keep = async (...names: readonly string[]) => {
    await writeFile(`${file}.new`, `[${names.map((name) => made.get(name)?.line).join(',\n')}]`);
    await rename(`${file}.new`, file);
  };
  await keep(...made.keys());
  const tokens = Object.fromEntries([...made].map(([name, { token }]) => [name, token]));
  return { file, tokens: tokens as Record<Name, string>, keep };
}

/** The field that carries a token. */
export function bearer(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}
