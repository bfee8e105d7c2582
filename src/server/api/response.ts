/** A response of the API, before a lane writes it to its connection. */
import type { RangeContent } from './range.js';

export type Headers = Readonly<Record<string, string>>;

/** Status and fields, without those that frame the content. */
export interface ResponseFields {
  readonly status: number;
  /** Fields that many responses have, in one object that they share: its text is kept. */
  readonly headers: Headers;
  /** Fields of this response alone. */
  readonly ownHeaders?: Headers | undefined;
  /** Sent as ETag. It is not among the headers, for nearly every response has another. */
  readonly version?: number | undefined;
}

export interface ApiResponse extends ResponseFields {
  readonly status: 200 | 201 | 202 | 204 | 206 | 304;
  /** The content: whole, or pages to be made as the reader takes them. */
  readonly content: Uint8Array | RangeContent;
}

/** All fields in one object. */
export function allHeaders({ headers, ownHeaders, version }: ResponseFields): Headers {
  if (version === undefined && ownHeaders === undefined) return headers;
  return {
    ...headers,
    ...ownHeaders,
    ...(version !== undefined && { ETag: `"${version}"` }),
  };
}
