/** Writes the documents that follow from the code. With --check it only says which are not current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import { settingsMarkdown } from '../dist/config/describe.js';
import { loadRecord, schemaVersion } from '../dist/lab/load/result/load-record.js';

const source = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

const loadSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: schemaVersion,
  ...toJsonSchema(loadRecord, { target: 'draft-2020-12' }),
};

const documents = {
  'docs/load.schema.json': `${JSON.stringify(loadSchema, undefined, 2)}\n`,
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
