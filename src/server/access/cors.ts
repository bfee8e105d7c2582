/**
 * Cross-origin resource sharing (Fetch § 3.3): pages of the origins that the operator named may use
 * the store. Without these fields a browser keeps a response from a page of another origin, and
 * sends no PUT for it.
 *
 * Invariant: a response names no origin but the one that asks, and only if the operator named it.
 * No credentials are taken, so `*` stands for every field but Authorization. No field lets a page
 * reach a server on loopback: since Private Network Access was given up, browsers ask their user.
 */
import type { IncomingMessage } from 'node:http';
import { isOrigin, originRule } from '../../config/parsers.js';
import { allMethods, type RequestFields } from '../api/operations.js';
import type { ApiResponse } from '../api/response.js';

/** How long a browser need not ask again. Chromium takes no more than two hours. */
const maxAgeSeconds = 7200;

/** The response to every preflight: the request that follows is judged by itself. */
export const preflightResponse: ApiResponse = {
  status: 204,
  headers: {
    'Access-Control-Allow-Methods': allMethods,
    'Access-Control-Allow-Headers': '*,Authorization',
    'Access-Control-Max-Age': String(maxAgeSeconds),
  },
  content: Buffer.alloc(0),
};

export class Cors {
  readonly #origins: ReadonlySet<string>;
  /**
   * The fields of each response, whoever asks. Without Vary a cache could give a page the response
   * that another origin got.
   */
  readonly common: Readonly<Record<string, string>>;

  /** @throws TypeError if one is not an origin as browsers write it */
  constructor(origins: readonly string[] = []) {
    const wrong = origins.find((origin) => !isOrigin(origin));
    if (wrong !== undefined)
      throw new TypeError(`the option cors takes ${originRule}, got ${JSON.stringify(wrong)}`);
    this.#origins = new Set(origins);
    this.common = origins.length > 0 ? { Vary: 'Origin' } : {};
  }

  allows(origin: string | undefined): origin is string {
    return origin !== undefined && this.#origins.has(origin);
  }

  /** The fields of a response to this origin, problems included. */
  fieldsFor(origin: string | undefined): Readonly<Record<string, string>> {
    if (!this.allows(origin)) return this.common;
    return {
      ...this.common,
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': '*',
    };
  }

  /** Whether a browser asks, for a page of an origin that was named, what it may send. */
  isPreflight({ method, headers }: IncomingMessage): boolean {
    const fields: RequestFields = headers;
    return (
      method === 'OPTIONS' &&
      fields['access-control-request-method'] !== undefined &&
      this.allows(String(fields.origin))
    );
  }
}
