/**
 * The authority of a target URI, as a Host field or an absolute-form target states it: RFC 9110
 * § 7.2, by the grammar of RFC 3986 § 3.2. Two programs that read it differently can be played off
 * against each other, so nothing is guessed or mended.
 */
import { isIPv4, isIPv6 } from 'node:net';

export interface Authority {
  /** In lower case and percent-decoded; an IPv6 address is in brackets. Never empty. */
  readonly host: string;
  /** Undefined: the default port of the scheme. */
  readonly port: number | undefined;
  /** Whether the host is an IP address, and not a name that someone's DNS resolves. */
  readonly isAddress: boolean;
}

const form = /^(\[[^\]]*\]|[^:]*)(?::([0-9]*))?$/;
/** reg-name: unreserved, sub-delims, percent-encoded bytes (RFC 3986 § 3.2.2). */
const name = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const futureAddress = /^v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+$/i;
const maxPort = 65_535;

/**
 * Undefined for any other text: an empty host too, which the http scheme forbids (RFC 9110
 * § 4.2.1), and userinfo, which is not a part of a Host.
 */
export function parseAuthority(text: string): Authority | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const [, host = '', digits = ''] = match;
  const port = digits === '' ? undefined : Number(digits);
  if (port !== undefined && port > maxPort) return undefined;
  if (host.startsWith('[')) {
    const literal = host.slice(1, -1);
    // isIPv6 alone would take a zone, which means nothing outside of the client's machine.
    const isAddress = !literal.includes('%') && isIPv6(literal);
    if (!isAddress && !futureAddress.test(literal)) return undefined;
    return { host: host.toLowerCase(), port, isAddress };
  }
  if (!name.test(host)) return undefined;
  return { host: decode(host).toLowerCase(), port, isAddress: isIPv4(host) };
}

function decode(host: string): string {
  if (!host.includes('%')) return host;
  return host.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
