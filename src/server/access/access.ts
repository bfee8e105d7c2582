/** The tokens and certificates of a server, as they are now, and their reload. */
import type { Server, TlsOptions } from 'node:tls';
import { LiveTokens } from './live-tokens.js';
import type { Reload } from './reload.js';
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
  readonly #onReload: (reload: Reload) => void;

  /**
   * @param handshakeMs how long a client may take for the handshake of TLS
   * @param onReload called for each reload, whether it is taken or not
   * @throws AccessError
   */
  constructor(
    { tokens, tls }: AccessFiles,
    handshakeMs: number,
    onReload: (reload: Reload) => void,
  ) {
    this.#onReload = onReload;
    this.#files = tls;
    this.tls = tls && tlsOptions(readCredentials(tls), handshakeMs);
    this.#live = tokens === undefined ? undefined : new LiveTokens(tokens, onReload);
    this.tokens = this.#live?.tokens;
  }

  /** @param server that was made with `tls`, if there is one */
  reload(server: Server): void {
    this.#live?.reload();
    if (this.#files) this.#onReload(reloadCredentials(server, this.#files));
  }

  close(): void {
    this.#live?.close();
  }
}
