/** Whether the requests of one connection may be served: by their Host, and by their token. */
import type { Permit } from '../access/permit.js';
import type { LaneOptions } from '../connection/lane.js';
import { KnownCredentials } from './known-credentials.js';
import { KnownHost } from './known-host.js';
import type { PlainRequest } from './plain-request.js';

export class KnownSender {
  readonly #host: KnownHost;
  /** Undefined: no tokens are asked for. */
  readonly #credentials: KnownCredentials | undefined;
  /** That of the request admitted last; undefined: it may do all. */
  permit: Permit | undefined;

  constructor({ door, tokens }: Pick<LaneOptions, 'door' | 'tokens'>) {
    this.#host = new KnownHost(door);
    this.#credentials = tokens && new KnownCredentials(tokens);
  }

  /** False: the full lane refuses it. */
  admits(bytes: Buffer, request: PlainRequest): boolean {
    if (!this.#host.isAdmitted(bytes, request.hostStart, request.hostEnd)) return false;
    if (this.#credentials === undefined) return true;
    const { credentialsStart, credentialsEnd } = request;
    this.permit = this.#credentials.find(bytes, credentialsStart, credentialsEnd);
    return this.permit !== undefined;
  }
}
