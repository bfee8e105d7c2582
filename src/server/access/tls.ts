/** The certificates of a server, and of those that may ask it (mutual TLS). */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type Server, type TlsOptions } from 'node:tls';
import { AccessError, readText } from './access-error.js';
import type { Reload } from './reload.js';

/** Files, as PEM. */
export interface TlsFiles {
  /** The certificate of the server, and those between it and its authority. */
  readonly cert: string;
  readonly key: string;
  /** The authority of clients. Given: a client without a certificate of it is not let in. */
  readonly clientCa?: string | undefined;
}

type Credentials = Pick<TlsOptions, 'cert' | 'key' | 'ca'>;

/** @throws AccessError */
export function readCredentials({ cert, key, clientCa }: TlsFiles): Credentials {
  const read = (what: string, file: string) =>
    readText(() => readFileSync(file, 'utf8'), what, file);
  const credentials = {
    cert: read('the certificate', cert),
    key: read('its key', key),
    ...(clientCa !== undefined && { ca: read('the authority of clients', clientCa) }),
  };
  try {
    createSecureContext(credentials);
  } catch (cause) {
    throw new AccessError(
      `the certificate ${cert} and the key ${key} can't be used: ${reasonOf(cause)}; ` +
        'give a certificate and its key, without a password, as PEM',
      { cause },
    );
  }
  // OpenSSL takes a file without certificates, and then lets nobody in.
  try {
    if (credentials.ca !== undefined) new X509Certificate(credentials.ca);
  } catch (cause) {
    throw new AccessError(`the authority of clients ${clientCa} is not a certificate as PEM`, {
      cause,
    });
  }
  return credentials;
}

/**
 * The options of a server that speaks TLS 1.2 and 1.3.
 * @param handshakeTimeout how long a client may take for it, in ms
 */
export function tlsOptions(credentials: Credentials, handshakeTimeout: number): TlsOptions {
  return {
    ...credentials,
    requestCert: credentials.ca !== undefined,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout,
  };
}

/**
 * Takes the certificates as they are now, for connections from now on. Those that are open stay.
 * If they can't be used, the ones before stay.
 */
export function reloadCredentials(server: Server, files: TlsFiles): Reload {
  try {
    server.setSecureContext(readCredentials(files));
    return { what: 'certificates', refusal: undefined };
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    return { what: 'certificates', refusal: error.message };
  }
}

/** OpenSSL's own message begins with numbers that help nobody. */
function reasonOf(error: unknown): string {
  const { reason, message } = error as { reason?: string; message: string };
  return reason ?? message;
}
