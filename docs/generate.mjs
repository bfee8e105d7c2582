/** Writes the documents that follow from the code. With --check it only says which are outdated. */
import { readFileSync, writeFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import { abRecord, abSchemaVersion } from '../dist/lab/ab/ab-record.js';
import { loadRecord, schemaVersion } from '../dist/lab/load/result/load-record.js';
import * as operations from '../dist/server/api/operations.js';
import * as problems from '../dist/server/api/problem-statuses.js';
import { responseFields } from '../dist/server/api/response-fields.js';
import { settingsMarkdown } from './configuration.mjs';
import { interfaceTables } from './interface-tables.mjs';

const source = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const tables = interfaceTables({ ...operations, ...problems, responseFields });

/** The document with what stands between `<!-- NAME -->` and `<!-- end -->` replaced. */
function filled(file) {
  const region = /(<!-- (\w+): generated -->\n)[\s\S]*?(?=<!-- end -->)/g;
  return source(file).replace(region, (_, open, name) => `${open}${tables[name]}`);
}

const schemaOf = (title, record) => {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const schema = { $schema, title, ...toJsonSchema(record, { target: 'draft-2020-12' }) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
};

const documents = {
  'docs/load.schema.json': schemaOf(schemaVersion, loadRecord),
  'docs/ab.schema.json': schemaOf(abSchemaVersion, abRecord),
  'docs/configuration.md': settingsMarkdown(source('src/config/limits.ts')),
  'docs/http-api.md': filled('docs/http-api.md'),
  'README.md': filled('README.md'),
};

for (const [file, text] of Object.entries(documents)) {
  const path = new URL(`../${file}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    process.stderr.write(`${file} is not current; run npm run docs\n`);
    process.exitCode = 1;
  }
}
