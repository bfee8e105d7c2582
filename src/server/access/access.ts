/** The tokens and certificates of a server, as they are now, and their reload. */
import type { Server, TlsOptions } from 'node:tls';
import { LiveTokens } from './live-tokens.js';
import { readCredentials, reloadCredentials, type TlsFiles, tlsOptions } from './tls.js';
import type { Tokens } from './tokens.js';

export interface AccessFiles {
  readonly tokens?: string | undefined;
  readonly tls?: TlsFiles | undefined;
}

export class Access {
  /** Undefined: none are asked for. */
  readonly tokens: Tokens | undefined;
  /** Undefined: the server is without TLS. */
  readonly tls: TlsOptions | undefined;
  readonly #live: LiveTokens | undefined;
  readonly #files: TlsFiles | undefined;
  readonly #warn: (message: string) => void;

  /**
   * @param handshakeMs how long a client may take for the handshake of TLS
   * @param warn called with one line for each change that can't be taken
   * @throws AccessError
   */
  constructor({ tokens, tls }: AccessFiles, handshakeMs: number, warn: (message: string) => void) {
    this.#warn = warn;
    this.#files = tls;
    this.tls = tls && tlsOptions(readCredentials(tls), handshakeMs);
    this.#live = tokens === undefined ? undefined : new LiveTokens(tokens, warn);
    this.tokens = this.#live?.tokens;
  }

  /** @param server that was made with `tls`, if there is one */
  reload(server: Server): void {
    this.#live?.reload();
    if (this.#files) reloadCredentials(server, this.#files, this.#warn);
  }

  close(): void {
    this.#live?.close();
  }
}
