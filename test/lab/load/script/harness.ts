/** Scripts for the tests: from the directory scripts/, or written on the spot. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createScriptMain, createScriptSource } from '#dist/lab/load/script/create.js';
import type { ScriptSource, ScriptSourceOptions } from '#dist/lab/load/script/script.js';
import { readScript } from '#dist/lab/load/script/script-text.js';
import { temporaryDirectory } from '../../../support/directory.js';

export const scripts = fileURLToPath(new URL('scripts', import.meta.url));
export const url = 'http://127.0.0.1:8080/start?q=1';
/** The request that wrk sends to {@link url} without a script. */
export const plainRequest = 'GET /start?q=1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n';

export function scriptFile(name: string): string {
  return join(scripts, name);
}

/** A script of these lines in a directory of its own. */
export async function written(text: string, name = 'script.lua'): Promise<string> {
  const file = join(await temporaryDirectory(), name);
  await writeFile(file, text);
  return file;
}

/** A source that is not initialised. */
export async function source(
  file: string,
  options: Partial<ScriptSourceOptions> = {},
): Promise<ScriptSource> {
  return createScriptSource({
    file,
    text: readScript(file),
    url,
    headers: [],
    thread: 0,
    ...options,
  });
}

export const address = { host: '127.0.0.1', port: 8080 };

export async function main(file: string, addresses = [address]) {
  return createScriptMain({ file, text: readScript(file), url, headers: [], addresses });
}

/** A source after its init(). */
export async function ready(
  file: string,
  args: readonly string[] = [],
  thread = 0,
): Promise<ScriptSource> {
  const made = await source(file, { thread });
  await made.init(args);
  return made;
}

/** The values that each piece of Lua returns, as text, joined by spaces. One state runs all. */
export async function evaluateAll(codes: readonly string[]): Promise<string[]> {
  const calls = codes.map((code) => `results[#results + 1] = joined((function() ${code} end)())`);
  const file = await written(`
local function joined(...)
  local texts = { ... }
  for i = 1, select('#', ...) do texts[i] = tostring(texts[i]) end
  return table.concat(texts, ' ')
end
results = {}
${calls.join('\n')}`);
  const results = (await source(file)).getGlobal('results') as ReadonlyMap<number, string>;
  return codes.map((_, index) => String(results.get(index + 1)));
}

export async function evaluate(code: string): Promise<string> {
  return (await evaluateAll([code]))[0] as string;
}

/** The next request as text of one byte a character. */
export function nextText(from: ScriptSource): string {
  const request = from.next();
  return typeof request === 'string' ? request : Buffer.from(request).toString('latin1');
}

/** Runs a script's top level in a process, which prints 0 before and 9 after it, or the error. */
export function inNewProcess(file: string): Promise<{ stdout: string; stderr: string }> {
  const compiled = (name: string) =>
    JSON.stringify(new URL(`../../../../dist/lab/load/script/${name}.js`, import.meta.url).href);
  const given = JSON.stringify({
    file,
    text: readScript(file),
    url: 'http://x/',
    headers: [],
    thread: 0,
  });
  const code = `process.stdout.write('0\\n');
    const { createScriptSource } = await import(${compiled('create')});
    await createScriptSource(${given}).catch((error) => {
      process.stderr.write(error.message);
    });
    process.stdout.write('9\\n');
    process.exit()`;
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
}

/** Header names in a script's request come in no order of their own. */
export function messageParts(request: string) {
  const [head = '', body] = request.split(/\r\n\r\n(.*)/s);
  const [line, ...headers] = head.split('\r\n');
  return { line, headers: headers.sort(), body };
}
