/** The hooks in JavaScript and TypeScript. */
import { describe, expect, it } from 'vitest';
import {
  inNewProcess,
  main,
  nextText,
  plainRequest,
  ready,
  scriptFile,
  written,
} from './harness.js';

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

describe('a script in JavaScript', () => {
  it('without hooks sends the plain request', async () => {
    expect(nextText(await ready(await written('', 'script.mjs')))).toBe(plainRequest);
  });

  it('may change the fields of wrk in init()', async () => {
    const text = `export async function init(args, wrk) {
      wrk.method = 'POST';
      wrk.body = new Uint8Array([0, 255]);
    }`;
    expect(nextText(await ready(await written(text, 'script.js')))).toBe(
      'POST /start?q=1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Length: 2\r\n\r\n\0\xff',
    );
  });

  it('sends Host and Content-Length once, whatever their case', async () => {
    const fields = async (call: string) => {
      const text = `export const request = (wrk) => { wrk.headers.HOST = 'b'; return ${call}; }`;
      return nextText(await ready(await written(text, 'script.mjs')))
        .split('\r\n')
        .slice(1, -2);
    };
    expect(await fields(`wrk.format('GET', '/', { host: 'a' })`)).toEqual(['Host: a']);
    expect(await fields('wrk.format()')).toEqual(['Host: b']);
    const given = `{ hOST: 'c', 'content-length': 9, A: 1 }`;
    expect(await fields(`wrk.format('PUT', '/', ${given}, 'xy')`)).toEqual([
      ...['Host: c', 'A: 1', 'Content-Length: 2'],
    ]);
  });

  it('may be CommonJS', async () => {
    const file = await written(
      `exports.request = (wrk) => wrk.format('GET', '/common'); exports.delay = () => 3;`,
      'a.cjs',
    );
    const common = await ready(file);
    expect([nextText(common).split(' ')[1], common.delayMs?.()]).toEqual(['/common', 3]);
  });

  it('starts with fresh variables each time it is loaded', async () => {
    const file = await written(
      `let n = 0; export const request = (wrk) => wrk.format('GET', '/' + n++);`,
      'script.mjs',
    );
    for (let load = 0; load < 2; load++)
      expect(nextText(await ready(file)).split(' ')[1]).toBe('/1');
  });

  it('that fails says where', async () => {
    await expect(ready(scriptFile('fails.mjs'))).rejects.toThrow(
      /fails\.mjs:5: TypeError: Cannot read properties of undefined .* \(in request\(\)\)$/,
    );
    const failing = (text: string) => written(text, 'bad.mjs').then((file) => ready(file));
    await expect(failing('\nthrow new Error("top")')).rejects.toThrow(/bad\.mjs:2: Error: top$/);
    await expect(failing('export const request = () => 5')).rejects.toThrow(
      'must return a string or a Uint8Array',
    );
    await expect(failing('export const request = async () => ""')).rejects.toThrow(
      'must return a string',
    );
    await expect(failing('export const request = 5')).rejects.toThrow(
      'request must be a function, and is a number',
    );
    const setup = await main(
      await written('export async function setup() { throw "text" }', 'bad.mjs'),
    );
    await expect(setup.setup(await ready(scriptFile('post.lua')))).rejects.toThrow(
      /bad\.mjs: text \(in setup\(\)\)$/,
    );
  });

  it('with a syntax error says where, too', async () => {
    const file = await written('\n\nlet x = = 1', 'bad.mjs');
    expect((await inNewProcess(file)).stderr).toBe(`${file}:3: SyntaxError: Unexpected token '='`);
  });
});

describe('a script in TypeScript', () => {
  // Which of the two is true depends on the Node that runs the tests.
  if (stripsTypes)
    it('is run as it is', async () => {
      const typed = await ready(scriptFile('typed.mts'));
      expect([nextText(typed).split(' ')[1], typed.delayMs?.()]).toEqual(['/typed', 2]);
    });
  else
    it('is refused by a Node that cannot run it, which is said', async () => {
      await expect(ready(scriptFile('typed.mts'))).rejects.toThrow(
        /typed\.mts is TypeScript, which needs Node 22\.18/,
      );
    });
});
