/** The absolute form of a request target, which a server must take too (RFC 9112 § 3.2.2). */

export interface AbsoluteForm {
  /** In lower case. */
  readonly scheme: 'http' | 'https';
  /** As it stands in the target; not checked. */
  readonly authority: string;
  /** The path and query. The path may be empty. */
  readonly rest: string;
}

const form = /^(https?):\/\/([^/?#]*)/i;

/** Undefined for a target in another form, or of another scheme. */
export function absoluteForm(target: string): AbsoluteForm | undefined {
  if (target.startsWith('/')) return undefined;
  const match = form.exec(target);
  if (!match) return undefined;
  const [start, scheme = '', authority = ''] = match;
  return {
    scheme: scheme.toLowerCase() === 'http' ? 'http' : 'https',
    authority,
    rest: target.slice(start.length),
  };
}
