/** The statuses of refusals as data: tables of documents and the OpenAPI document follow. */

/** Each with its meaning. Their content is `application/problem+json`. */
export const problemStatuses = {
  400: 'The request is malformed, or its path, parameters or key are wrong.',
  401: 'No token came that the server knows: see `Authorization`.',
  403: 'The token does not allow it, or a page of another server asks: see `Origin`.',
  404: 'The store has no entity under this id.',
  405: 'The path does not take this method; `Allow` lists those that it takes.',
  408: 'The request did not arrive in time.',
  412: 'The condition does not hold. Nothing was changed.',
  413: 'The value, a batch or a line of one, or a chunk extension, is too long.',
  414: 'The request target is too long.',
  415: 'The content of a batch is NDJSON, without a content coding.',
  416: 'The range begins behind the value.',
  417: 'The request expects something other than `100-continue`.',
  421: 'The host is not one of this server: see `Host`.',
  431: 'The header, or what is to be kept of it, is too long, or it has too many fields.',
  500: 'The stored value is damaged, replicas fail, or the server met an unexpected error.',
  501: 'The request has a condition, or is a batch, that this store cannot keep.',
  503: 'The server is overloaded or stopping (`Retry-After` says when), or its store has failed.',
  504: 'Fewer replicas confirmed than were asked for; `written` says what is known.',
  507: 'The disk, or a quota on it, is full.',
} as const;

export type ProblemStatus = keyof typeof problemStatuses;

/** Those that every operation may end with. */
export const commonProblems: readonly ProblemStatus[] = [
  400, 401, 403, 405, 408, 413, 414, 417, 421, 431, 500, 503,
];
