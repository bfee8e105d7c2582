/** Writes the documents that follow from the code. With --check it only says which are not current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { settingsMarkdown } from '../dist/config/describe.js';

const source = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

const documents = {
  'docs/configuration.md': settingsMarkdown(source('src/config/limits.ts')),
};

for (const [file, text] of Object.entries(documents)) {
  const path = new URL(`../${file}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    process.stderr.write(`${file} is not current; run npm run docs\n`);
    process.exitCode = 1;
  }
}
