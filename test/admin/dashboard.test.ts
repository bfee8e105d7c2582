/** The dashboard's page, as the admin port serves it: one file, and a policy that it keeps. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Script } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminServer, startAdminServer } from '#dist/admin/admin-server.js';
import { parseTokens } from '#dist/server/access/token-file.js';
import { Tokens } from '#dist/server/access/tokens.js';
import { type RunningServer, serve } from '#dist/server/server.js';
import { temporaryDirectory } from '../support/directory.js';
import { bearer, makeTokens } from '../support/tokens.js';

const maxBytes = 250_000;

let server: RunningServer;
let admin: AdminServer;
let html: string;
let fields: Headers;
beforeAll(async () => {
  server = await serve({ port: 0, data: await temporaryDirectory(afterAll) });
  admin = await startAdminServer({ port: 0, server, version: '1.2.3' });
  const response = await fetch(admin.url);
  expect(response.status).toBe(200);
  html = await response.text();
  fields = response.headers;
});
afterAll(async () => {
  await admin.close();
  await server.close();
});

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The content of the only element of its name. */
function contentOf(name: string, text: string): string {
  const [, ...elements] = text.split(`<${name}>`);
  expect(elements).toHaveLength(1);
  return elements[0]?.split(`</${name}>`)[0] ?? '';
}

const policy = () =>
  new Map(
    (fields.get('content-security-policy') ?? '').split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values] as const;
    }),
  );

it('is one page of at most 250 KB that names no address but in the library’s notice', () => {
  expect(Buffer.byteLength(html)).toBeLessThan(maxBytes);
  expect(html.match(/(?:https?:)?\/\/[\w.-]+\.\w+[^\s'"]*/g)?.sort()).toEqual([
    'http://www.w3.org/2000/svg',
    'https://github.com/leeoniya/uPlot',
  ]);
  expect(html).not.toMatch(/<link(?! rel="icon" href="data:)|<script [^>]*src|@import|url\(/);
});

it('its script has no name twice, and no end tag', () => {
  expect(() => new Script(contentOf('script', html))).not.toThrow();
});

it('lets its own style and script run, those of a flame graph, and nothing else', () => {
  const kept = policy();
  expect(kept.get('default-src')).toEqual(["'none'"]);
  expect(kept.get('script-src')).toEqual([
    hashOf(contentOf('script', html)),
    expect.stringMatching(/^'sha256-/),
  ]);
  expect(kept.get('style-src')).toEqual([
    hashOf(contentOf('style', html)),
    expect.stringMatching(/^'sha256-/),
  ]);
  expect(kept.get('connect-src')).toEqual(["'self'"]);
  for (const name of ['base-uri', 'form-action', 'frame-ancestors'])
    expect(kept.get(name)).toEqual(["'none'"]);
  expect([...kept.values()].flat().join()).not.toMatch(/unsafe|\*|http/);
});

it('no style and no handler stands in an attribute, where the policy would drop it', () => {
  const markup = html.replace(contentOf('script', html), '').replace(contentOf('style', html), '');
  expect(markup).not.toMatch(/\sstyle=|\son\w+=/);
});

it('is not to be kept, framed, or told to others', () => {
  expect(Object.fromEntries(fields)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
});

it('a profile comes as a flame graph whose style and script the policy allows', async () => {
  const response = await fetch(`${admin.url}/profile?kind=cpu&seconds=1&format=svg`, {
    method: 'POST',
  });
  expect(response.headers.get('content-type')).toBe('image/svg+xml');
  const svg = await response.text();
  expect(svg).toContain('CPU of the server, 1 s');
  expect(policy().get('style-src')).toContain(hashOf(contentOf('style', svg)));
  const script = contentOf('script', svg).replace(/^<!\[CDATA\[|\]\]>$/g, '');
  expect(policy().get('script-src')).toContain(hashOf(script));
});

it('with tokens the page needs none, as it has no figures; all that it asks for does', async () => {
  const { file, tokens } = await makeTokens({ reader: 'read', admin: 'admin' });
  const taken = new Tokens(parseTokens(await readFile(file, 'utf8')));
  const guarded = await startAdminServer({ port: 0, server, version: '1.2.3', tokens: taken });
  try {
    const statusOf = async (path: string, init: RequestInit = {}) =>
      (await fetch(`${guarded.url}${path}`, init)).status;
    expect(await (await fetch(guarded.url)).text()).toBe(html);
    expect(await statusOf('/stats')).toBe(401);
    expect(await statusOf('/stats', { headers: bearer(tokens.reader) })).toBe(403);
    expect(await statusOf('/stats', { headers: bearer(tokens.admin) })).toBe(200);
    const profile = '/profile?kind=cpu&seconds=1&format=svg';
    expect(await statusOf(profile, { method: 'POST' })).toBe(401);
  } finally {
    await guarded.close();
  }
});
