/**
 * The target of a request (RFC 9112, 3.2): path and query of a URL, as they were given. The URL
 * standard would take out `..` and ask for another resource. Only what may not stand in a target is
 * percent-encoded, and a fragment is left out.
 */
export function requestTarget(url: string): string {
  const [, given = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^#]*)/i.exec(url) ?? [];
  const encoded = given.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}
