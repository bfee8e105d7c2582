/**
 * Decides whether a request was meant for this server, and may come from where it comes from.
 *
 * A page in a browser can have a name of its own resolve to 127.0.0.1 (DNS rebinding). To the
 * browser the store is then the page's own server, and the page reads and writes all of it. Such a
 * request carries the page's name as its Host. So a server on loopback, which no other machine
 * reaches, takes only hosts that nobody's DNS can point at it. A page that asks by the right
 * address is told apart by Origin and Sec-Fetch-Site, which a page cannot forge. It passes if the
 * operator named its origin.
 */
import type { IncomingMessage } from 'node:http';
import type { RequestFields } from '../api/operations.js';
import { Problem, quote } from '../api/problem.js';
import { absoluteForm } from '../api/target.js';
import { type Authority, parseAuthority } from './authority.js';
import { Cors } from './cors.js';

/** The parts of a request that the door looks at. */
export interface Visitor {
  /** As it stands in the request line. */
  readonly target: string;
  /** Undefined: HTTP/1.0 needs none. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}

/** @param request of which only the first Host is looked at */
export function visitorOf({ url = '', headers }: IncomingMessage): Visitor {
  const fields: RequestFields = headers;
  return {
    target: url,
    host: text(fields.host),
    origin: text(fields.origin),
    fetchSite: text(fields['sec-fetch-site']),
  };
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

const defaultPorts = { http: 80, https: 443 } as const;

export type Scheme = keyof typeof defaultPorts;

export class Door {
  readonly #names: Set<string>;
  readonly #scheme: Scheme;
  /** Whose pages pass, and what they may see. */
  readonly cors: Cors;
  /** Whether any name passes. */
  #takesAnyName = false;

  /**
   * @param names that pass in addition to addresses and localhost
   * @param origins of pages that pass in addition to the server's own
   * @param scheme of all requests, whatever they say
   * @throws TypeError if one is not a host name, or not an origin
   */
  constructor(
    names: readonly string[] = [],
    origins: readonly string[] = [],
    scheme: Scheme = 'http',
  ) {
    this.#scheme = scheme;
    this.#names = new Set(names.map(hostName));
    this.cors = new Cors(origins);
  }

  /**
   * Tells where the server listens, once it is known. Beyond loopback the network decides who may
   * ask, and clients may use any name for the machine, so every name passes unless some were given.
   * @param host how the operator named the address
   */
  listensOn(address: string, host: string): void {
    this.#takesAnyName = !isLoopback(address) && this.#names.size === 0;
    const own = parseAuthority(host);
    if (own) this.#names.add(own.host);
  }

  /** Whether a request for an origin-form target passes that has this Host and no Origin. */
  admits(host: string): boolean {
    const authority = parseAuthority(host);
    return authority !== undefined && this.#knows(authority);
  }

  /**
   * @throws Problem 400 if Host or the target's authority is not one; 421 if it is not this
   * server's; 403 if a page of another server asks
   */
  check({ target, host, origin, fetchSite }: Visitor): void {
    const stated = host === undefined ? undefined : authorityOf(host, 'the field Host');
    const absolute = absoluteForm(target);
    // It wins over Host, which still has to be one (RFC 9112 § 3.2.2).
    const authority = absolute
      ? authorityOf(absolute.authority, 'the authority of the request target')
      : stated;
    // RFC 9110 § 7.4: what was asked of a secured server is not served in the clear.
    if (absolute && absolute.scheme !== this.#scheme) throw otherScheme(this.#scheme);
    if (authority && !this.#knows(authority)) throw misdirected(authority);
    if (this.cors.allows(origin)) return;
    if (origin !== undefined && !isOwn(origin, authority, this.#scheme))
      throw fromElsewhere(`the field Origin is ${quote(origin)}`);
    if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none')
      throw fromElsewhere(`the field Sec-Fetch-Site is ${quote(fetchSite)}`);
  }

  #knows({ host, isAddress }: Authority): boolean {
    if (this.#takesAnyName || isAddress) return true;
    const name = host.replace(/\.$/, '');
    // RFC 6761 § 6.3: no resolver may ask the network for names in localhost.
    return name === 'localhost' || name.endsWith('.localhost') || this.#names.has(name);
  }
}

/** Whether an address is reached from this machine alone. */
export function isLoopback(address: string): boolean {
  return /^(127\.|\[?::1\]?$|::ffff:127\.)/.test(address);
}

/** @throws TypeError */
function hostName(text: string): string {
  const authority = parseAuthority(text);
  if (!authority || authority.port !== undefined || text.endsWith(':'))
    throw new TypeError(
      `the option allowHosts takes host names without a port, got ${JSON.stringify(text)}`,
    );
  return authority.host.replace(/\.$/, '');
}

/** @throws Problem 400; proxies on the way may have read another host, so the connection ends */
function authorityOf(text: string, where: string): Authority {
  const authority = parseAuthority(text);
  if (authority) return authority;
  throw new Problem(400, `${where} is a host and perhaps a port, got ${quote(text)}`, {
    closes: true,
  });
}

/** Whether an Origin (RFC 6454 § 7) is the server itself. A server has one scheme. */
function isOwn(origin: string, authority: Authority | undefined, scheme: Scheme): boolean {
  const start = `${scheme}://`;
  if (!authority || !origin.startsWith(start)) return false;
  const other = parseAuthority(origin.slice(start.length));
  const defaultPort = defaultPorts[scheme];
  return (
    other !== undefined &&
    other.host === authority.host &&
    (other.port ?? defaultPort) === (authority.port ?? defaultPort)
  );
}

function otherScheme(scheme: Scheme): Problem {
  const what = scheme === 'http' ? 'has no TLS' : 'takes TLS only';
  return new Problem(421, `this server ${what}; ask for ${quote(`${scheme}://…`)}`);
}

/**
 * 421 and not 403: whoever asks, this server does not speak for that host (RFC 9110 § 7.4), and
 * another name for the same server works.
 */
function misdirected({ host }: Authority): Problem {
  return new Problem(
    421,
    `this server does not know itself as ${quote(host)}; ask for its address or localhost, ` +
      'or start it with --allow-host and the name',
  );
}

function fromElsewhere(what: string): Problem {
  return new Problem(
    403,
    `${what}, so a page of another server asks, and it may not; ` +
      'a program leaves the field out, and --cors lets the pages of an origin pass',
  );
}
