/** The parts that schemas of records are made of, with messages that name what was expected. */
import * as v from 'valibot';

export const text = v.string('should be a string');
export const flag = v.boolean('should be a boolean');
export const number = v.number('should be a number');
const atLeast0 = v.minValue<number, 0, string>(0, 'should be at least 0');
export const amount = v.pipe(number, atLeast0);
const wholeNumber = 'should be a whole number';
export const count = v.pipe(v.number(wholeNumber), v.safeInteger(wholeNumber), atLeast0);
export const upTo = <const Max extends number>(max: Max) =>
  v.pipe(number, atLeast0, v.maxValue(max, `should be at most ${max}`));

export function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object(entries, 'should be an object');
}

export function list<const Item extends v.GenericSchema>(item: Item) {
  return v.array(item, 'should be an array');
}

export function oneOf<const Words extends readonly string[]>(...words: Words) {
  return v.picklist(words, `should be ${words.map((word) => `'${word}'`).join(' or ')}`);
}

export function say<const Schema extends v.GenericSchema>(meaning: string, schema: Schema) {
  return v.pipe(schema, v.description(meaning));
}
