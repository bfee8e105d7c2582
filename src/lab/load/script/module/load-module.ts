/** Loads a script in JavaScript or TypeScript, and gives its errors file and line. */
import { spawnSync } from 'node:child_process';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ScriptError } from '../../load-errors.js';
import type { LoadScript } from '../author.js';

interface LoadedModule {
  readonly hooks: LoadScript;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** How often each module was loaded: a second run must not find the first one's variables. */
const loads = new Map<string, number>();
const hookNames = ['setup', 'init', 'request', 'response', 'delay', 'done'] as const;

export async function loadModule(file: string): Promise<LoadedModule> {
  const url = pathToFileURL(resolve(file));
  const { typescript } = process.features as { typescript?: unknown };
  if (/^\.m?ts$/.test(extname(file)) && !typescript)
    throw new ScriptError(
      `${file} is TypeScript, which needs Node 22.18 or later (this is ${process.version}): ` +
        'compile it to JavaScript',
    );
  const times = (loads.get(url.href) ?? 0) + 1;
  loads.set(url.href, times);
  if (times > 1) url.search = `run=${times}`;
  const exports: Record<string, unknown> = await import(url.href).catch((error) => {
    throw scriptError(file, error);
  });
  const { default: object } = exports;
  const hooks = typeof object === 'object' ? { ...exports, ...object } : exports;
  for (const name of hookNames)
    if (hooks[name] !== undefined && typeof hooks[name] !== 'function')
      throw new ScriptError(`${file}: ${name} must be a function, and is a ${typeof hooks[name]}`);
  return { hooks: hooks as LoadScript, exports };
}

/** Calls a hook that may be async. @throws ScriptError */
export async function guarded(
  file: string,
  where: string,
  call: () => void | Promise<void>,
): Promise<void> {
  try {
    await call();
  } catch (error) {
    throw scriptError(file, error, where);
  }
}

/** @param where the hook */
export function scriptError(file: string, error: unknown, where?: string): ScriptError {
  const place = where === undefined ? '' : ` (in ${where})`;
  if (error instanceof ScriptError) return error;
  if (!(error instanceof Error))
    return new ScriptError(`${file}: ${error}${place}`, { cause: error });
  const url = pathToFileURL(resolve(file));
  const stack = error.stack ?? '';
  const at = [url.href, url.pathname, resolve(file)]
    .map((name) => stack.indexOf(name))
    .find((index) => index >= 0);
  const line =
    at === undefined ? undefined : /^[^\n:]*(?::\/[^\n:]*)?:(\d+)/.exec(stack.slice(at))?.[1];
  const syntaxLine = error instanceof SyntaxError ? lineOfSyntaxError(file) : undefined;
  const name = [file, line ?? syntaxLine].filter((part) => part !== undefined).join(':');
  return new ScriptError(`${name}: ${error.name}: ${error.message}${place}`, { cause: error });
}

/** Node keeps the line of a syntax error to itself, but prints it when it only checks a file. */
function lineOfSyntaxError(file: string): string | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', file], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  return /:(\d+)$/m.exec(stderr.split('\n')[0] ?? '')?.[1];
}
