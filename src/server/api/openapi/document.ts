/**
 * The OpenAPI 3.1 document of the interface, made from its tables: an operation, a parameter, a
 * field or a status that is added there is in the document too.
 */
import type { Capabilities } from '../../../store/store.js';
import { operations, requestFields } from '../operations.js';
import { problemStatuses } from '../problem-statuses.js';
import { responseFields } from '../response-fields.js';
import { problemContent, schemas } from './contents.js';
import { isParameter, operationObject } from './operation-object.js';
import { contentObject, fieldObject, headersObject, isShown, type Json, nameOf } from './parts.js';

/** The bytes of the document, by the store that it is about: made when they are first asked for. */
const contents = new WeakMap<object, Buffer>();

export function openApiContent(store: Capabilities): Buffer {
  const known = contents.get(store);
  if (known) return known;
  const content = Buffer.from(`${JSON.stringify(openApiDocument(store))}\n`);
  contents.set(store, content);
  return content;
}

/** @param store whose replicas bound the parameter of that name */
export function openApiDocument(store: Pick<Capabilities, 'replicas'>): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations)
    for (const method of operation.methods) {
      paths[operation.path] ??= {};
      const item = paths[operation.path] as Record<string, Json>;
      item[method.toLowerCase()] = operationObject(operation, method, store);
    }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Evenkeel',
      version: 'v0',
      summary: 'A durable key-value store.',
      description:
        'A parameter that an operation does not list is refused, and so is one that comes twice. ' +
        'A path that is not listed is a 400; a method that a path does not list is a 405.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    // The first is for a server without tokens.
    security: [{}, { bearer: [] }],
    paths,
    components: {
      schemas,
      parameters: parameterObjects(),
      responses: problemObjects(),
      securitySchemes: { bearer: bearerScheme },
    },
  };
}

const bearerScheme = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A token of `--tokens`, which every request must have while the server is started with it. ' +
    'A token may be limited to reading, and to keys with a prefix.',
};

/** Fields of requests that are refused, or that mean the same to every operation. */
function parameterObjects(): Json {
  const fields = requestFields.filter((field) => isShown(field) && !isParameter(field));
  return Object.fromEntries(fields.map((field) => [field.name, fieldObject(field)]));
}

function problemObjects(): Json {
  const problems = Object.entries(problemStatuses).map(([status, description]) => {
    const fields = responseFields.filter(({ statuses }) => statuses.includes(Number(status)));
    const content = contentObject([problemContent]);
    return [nameOf(status), { description, ...headersObject(fields), content }];
  });
  return Object.fromEntries(problems);
}
