/** An address as scripts see it: "127.0.0.1:8080", and "::1:8080" without brackets, as in wrk. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export function formatAddress({ host, port }: Address): string {
  return `${host}:${port}`;
}

export function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

/** The parts of a URL that wrk hands to scripts: neither decoded nor made canonical. */
export interface UrlParts {
  readonly scheme: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: string | undefined;
  /** With the query. */
  readonly path: string;
}

export function parseUrl(url: string): UrlParts {
  const parts = /^([a-z]+):\/\/(?:[^@/?#]*@)?(?:\[([^\]]*)\]|([^:/?#]*))(?::(\d+))?([^#]*)/i.exec(
    url,
  );
  if (parts === null) throw new TypeError(`not a URL: ${url}`);
  const [, scheme = '', bracketed, plain = '', port, path = ''] = parts;
  return {
    scheme: scheme.toLowerCase(),
    host: bracketed ?? plain,
    port,
    path: path.startsWith('/') ? path : `/${path}`,
  };
}
