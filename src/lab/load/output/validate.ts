/** Checks a value against the few words of JSON Schema that our schema is written in, and says in one line what is wrong. */

export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  /** Properties that are not named here may be there: a later release may have added them. */
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
}

/** What is wrong with the value, beginning with the path of the field; undefined if nothing is. */
export function findFault(schema: Schema, value: unknown, path = ''): string | undefined {
  const at = path === '' ? 'it' : path;
  if (schema.anyOf !== undefined) {
    if (schema.anyOf.some((form) => findFault(form, value) === undefined)) return undefined;
    return `${at} has none of the forms that it may have`;
  }
  if (schema.type !== undefined && !isA(schema.type, value))
    return `${at} should be ${article(schema.type)}, and is ${describe(value)}`;
  if (schema.enum !== undefined && !schema.enum.includes(value as string))
    return `${at} should be ${schema.enum.map((one) => `'${one}'`).join(' or ')}, and is ${describe(value)}`;
  if (typeof value === 'number') return numberFault(schema, value, at);
  if (Array.isArray(value)) return firstFault(value, schema.items ?? {}, path);
  if (typeof value === 'object' && value !== null) return objectFault(schema, value, path);
  return undefined;
}

function numberFault(
  { minimum = -Infinity, maximum = Infinity }: Schema,
  value: number,
  at: string,
) {
  if (value < minimum) return `${at} should be at least ${minimum}, and is ${value}`;
  return value > maximum ? `${at} should be at most ${maximum}, and is ${value}` : undefined;
}

function firstFault(values: readonly unknown[], schema: Schema, path: string): string | undefined {
  for (const [index, value] of values.entries()) {
    const fault = findFault(schema, value, `${path}[${index}]`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function objectFault({ required = [], properties = {} }: Schema, value: object, path: string) {
  const fields = new Map<string, unknown>(Object.entries(value));
  const inside = (name: string) => (path === '' ? name : `${path}.${name}`);
  const missing = required.find((name) => !fields.has(name));
  if (missing !== undefined) return `${inside(missing)} is missing`;
  for (const [name, schema] of Object.entries(properties)) {
    const fault = fields.has(name) ? findFault(schema, fields.get(name), inside(name)) : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isA(type: NonNullable<Schema['type']>, value: unknown): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function article(type: string): string {
  if (type === 'integer') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
