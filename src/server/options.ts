/** The options of a server, and what is wrong with those of a caller. */
import type { Limits } from '../config/limits.js';
import { type ClusterAccess, isCluster } from '../store/open.js';
import type { TlsFiles } from './access/tls.js';

export interface ServeOptions {
  /**
   * The directory of the data, created if absent. One server at a time may have it open. Left out
   * if there is a `store`.
   */
  readonly data?: string | undefined;
  /** The URL of a cluster that holds the data: `cassandra://HOST,HOST/KEYSPACE?dc=NAME`. */
  readonly store?: string | undefined;
  /** For a cluster: the user, and the certificate of its nodes' authority as PEM. */
  readonly cassandra?: ClusterAccess;
  /** TCP port; 0 takes a free one. Default 8080. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1. One that others reach needs one of the next three. */
  readonly host?: string;
  /**
   * Descriptor of a TCP socket that listens, which the process was given. It takes the place of
   * `port` and `host`. The server closes it.
   */
  readonly fd?: number | undefined;
  /** The file of tokens; each request must have one of them. Default: none is asked for. */
  readonly tokens?: string | undefined;
  /**
   * Files of the certificate and its key: the server speaks TLS. With a `clientCa` it lets in only
   * clients that have a certificate of that authority.
   */
  readonly tls?: TlsFiles | undefined;
  /** Lets `host` be one that others reach without tokens and certificates. Default: false. */
  readonly insecure?: boolean;
  /**
   * Host names that requests may name in addition to addresses and localhost. Default: none on
   * loopback, and any name beyond it.
   */
  readonly allowHosts?: readonly string[];
  /**
   * Origins whose pages in a browser may use the store, such as `https://app.example` (CORS). Each
   * of their pages can read and write all data. Default: none.
   */
  readonly cors?: readonly string[];
  /**
   * `both` (the default): plain requests for entities take the fast lane, a parser of our own; all
   * others take `node:http`. `full`: all take `node:http`. The responses are the same.
   */
  readonly lanes?: 'both' | 'full';
  /** Bounds to change, see {@link Limits}. */
  readonly limits?: Partial<Limits>;
  /** Called with each error that needs the operator, once. Default: a line on standard error. */
  readonly report?: (error: unknown) => void;
}

const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isTls = (value: unknown) => {
  const { cert, key, clientCa = 'none' } = (value ?? {}) as Partial<TlsFiles>;
  return [cert, key, clientCa].every(isText);
};
const optionRules: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>> = {
  data: ['a directory', isText],
  store: ['the URL of a cluster', (value) => isText(value) && isCluster(String(value))],
  cassandra: ['an object', (value) => value instanceof Object],
  port: ['a port number', (value) => Number.isInteger(value)],
  host: ['an address, for example 127.0.0.1', isText],
  fd: ['the number of a descriptor', (value) => Number.isInteger(value)],
  tokens: ['the name of a file', isText],
  tls: ['the names of files: cert, key and perhaps clientCa', isTls],
  insecure: ['true or false', (value) => typeof value === 'boolean'],
  allowHosts: ['an array of host names', Array.isArray],
  cors: ['an array of origins', Array.isArray],
  lanes: ["'both' or 'full'", (value) => value === 'both' || value === 'full'],
  limits: ['an object', (value) => value instanceof Object],
  report: ['a function', (value) => typeof value === 'function'],
};

/** @throws TypeError on a wrong option */
export function checkOptions(options: ServeOptions): void {
  for (const [name, value] of Object.entries({ ...options, data: options?.data })) {
    const [what, holds] = optionRules[name] ?? [];
    if (!holds)
      throw new TypeError(`serve takes no ${name}, only ${Object.keys(optionRules).join(', ')}`);
    const isMissing = name === 'data' && options?.store === undefined;
    if (value === undefined ? isMissing : !holds(value))
      throw new TypeError(`the option ${name} takes ${what}, got ${JSON.stringify(value)}`);
  }
  if (options.data !== undefined && options.store !== undefined)
    throw new TypeError('serve takes data or store, not both');
}
