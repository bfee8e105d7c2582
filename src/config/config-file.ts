/** The configuration file of `evenkeel serve`: JSON, whose keys are the names of the settings. */
import { readFileSync } from 'node:fs';
import { isLimit, limitNames, settingOf } from './given-limits.js';
import type { Limits } from './limits.js';
import { UsageError } from './parsers.js';
import { keyOf, type Setting, settings } from './settings.js';

export interface ConfigFile {
  readonly path: string;
  /** Each setting but the limits as a flag would give it. */
  readonly texts: ReadonlyMap<string, string>;
  readonly limits: Partial<Limits>;
}

/** @throws UsageError with the file, and the key that is wrong */
export function readConfigFile(path: string): ConfigFile {
  const refuse = (why: string): never => {
    throw new UsageError(`the configuration file ${path} ${why}`);
  };
  const content = objectOf(contentOf(path, refuse), 'takes an object', refuse);
  const names = new Map(Object.keys(settings).map((name) => [keyOf(name), name]));
  const texts = new Map<string, string>();
  let limits: Partial<Limits> = {};
  for (const [key, value] of Object.entries(content)) {
    const name = names.get(key);
    if (name === undefined)
      refuse(`has no setting '${key}'; it takes ${[...names.keys()].filter(Boolean).join(', ')}`);
    else if (name === 'limits') limits = limitsIn(value, refuse);
    else texts.set(name, textOf(name, value) ?? refuse(wrongValue(name, value)));
  }
  return { path, texts, limits };
}

type Refuse = (why: string) => never;

function contentOf(path: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof SyntaxError) return refuse(`is not JSON: ${message}`);
    return refuse(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'does not exist; correct the path, or make the file'
        : `can't be read: ${message}; let this user read it, or name another file`,
    );
  }
}

function objectOf(value: unknown, rule: string, refuse: Refuse): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  return refuse(`${rule}, got ${JSON.stringify(value)}`);
}

function limitsIn(value: unknown, refuse: Refuse): Partial<Limits> {
  const limits = objectOf(value, "takes an object as 'limits'", refuse);
  for (const limit of Object.keys(limits)) {
    const setting = settingOf(limit);
    if (setting !== undefined) refuse(`takes '${keyOf(setting)}' in place of 'limits.${limit}'`);
    if (!isLimit(limit)) refuse(`has no limit '${limit}'; it takes ${limitNames}`);
  }
  return limits;
}

function rowOf(name: string): Setting {
  return (settings as Readonly<Record<string, Setting>>)[name] as Setting;
}

/** As a flag would give it; undefined: it can't be one. */
function textOf(name: string, value: unknown): string | undefined {
  const { value: placeholder, isList } = rowOf(name);
  if (placeholder === undefined) return typeof value === 'boolean' ? String(value) : undefined;
  if (isText(value)) return String(value);
  return isList && Array.isArray(value) && value.every(isText) ? value.join() : undefined;
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function wrongValue(name: string, value: unknown): string {
  const what = rowOf(name).value === undefined ? 'true or false' : 'a string or a number';
  return `takes ${what} as '${keyOf(name)}', got ${JSON.stringify(value)}`;
}
