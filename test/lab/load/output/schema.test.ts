/** The schema of records, against its file in docs/ and against a record that has every field. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadSchema } from '#dist/lab/load/output/schema.js';
import { full } from './sample.js';

describe('the schema', () => {
  test('in docs/load.schema.json is the one that records are checked by', () => {
    const { $schema, title, ...documented } = JSON.parse(
      readFileSync(new URL('../../../../docs/load.schema.json', import.meta.url), 'utf8'),
    );
    expect([$schema, title]).toEqual([
      'https://json-schema.org/draft/2020-12/schema',
      'evenkeel-load/1',
    ]);
    expect(documented).toEqual(JSON.parse(JSON.stringify(loadSchema)));
  });

  test('names every field of a record, and none that there is not', () => {
    const { anyOf, ...work } = loadSchema.properties?.options?.properties?.work ?? {};
    expect([anyOf?.length, work]).toEqual([3, {}]);
    expect(fieldsOf(full)).toEqual(fieldsOfSchema(loadSchema));
  });
});

/** Paths of the fields, except inside work, which has several forms. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (path === 'options.work' || typeof value !== 'object' || value === null) return [path];
  if (Array.isArray(value)) return value.length === 0 ? [path] : fieldsOf(value[0], `${path}[]`);
  return Object.entries(value)
    .flatMap(([name, inner]) => fieldsOf(inner, path === '' ? name : `${path}.${name}`))
    .sort();
}

function fieldsOfSchema({ items, properties }: typeof loadSchema, path = ''): string[] {
  if (items !== undefined) return fieldsOfSchema(items, `${path}[]`);
  if (properties === undefined) return [path];
  return Object.entries(properties)
    .flatMap(([name, inner]) => fieldsOfSchema(inner, path === '' ? name : `${path}.${name}`))
    .sort();
}
