/**
 * Holds the documents to the tree: each file, heading and script that they point at exists. Their
 * size is held too, because a README grows by itself.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formatSummary } from '#dist/lab/report/summary.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const list = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'];
const documents = execFileSync('git', list, { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => existsSync(join(root, file)) && /\.md$/.test(file) && !/^reports\//.test(file));

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('links between documents lead to files and headings that are there', () => {
  const broken: string[] = [];
  for (const file of documents)
    for (const [, link = ''] of read(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      const there = existsSync(join(root, target));
      if (!there || (anchor !== undefined && !anchorsOf(target).includes(anchor)))
        broken.push(`${file}: ${link}`);
    }
  expect(broken).toEqual([]);
});

test('every npm script that a document names is there', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const named = documents.flatMap((file) =>
    [...read(file).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, script = '']) => script),
  );
  expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
});

test.each([
  ['README.md', 120, 1000],
  ['ARCHITECTURE.md', 170, 1900],
])('%s has at most %i lines and %i words', (file, maxLines, maxWords) => {
  const text = read(file);
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(maxLines);
  expect(text.split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(maxWords);
});

test.each(['README.md', 'docs/report.md'])('%s shows the end of our report', (file) => {
  const record = JSON.parse(read('reports/reference.json'));
  expect(read(file)).toContain(`\n${formatSummary(record, 'reports/reference.md')}\`\`\`\n`);
});

test('a decision record has at most 40 lines', () => {
  const records = documents.filter((file) => file.startsWith('docs/decisions/'));
  const long = records.filter((file) => read(file).trimEnd().split('\n').length > 40);
  expect(long).toEqual([]);
});
