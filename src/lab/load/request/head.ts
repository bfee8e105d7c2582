/** The head of a request: its UTF-8 bytes, as text of one byte per character (latin1). */
import type { LoadOptions } from '../load-options.js';

type Target = Pick<LoadOptions, 'url' | 'headers'>;

/** The head and its empty line. Host is the URL's unless given; no length means no content. */
export function formatHead(
  method: string,
  path: string,
  target: Target,
  contentLength?: number,
): string {
  const given = target.headers.map(
    ([name, value]) => [name, Buffer.from(value).toString('latin1')] as const,
  );
  const hasHost = given.some(([name]) => name.toLowerCase() === 'host');
  const fields = [
    ...(hasHost ? [] : [['Host', new URL(target.url).host] as const]),
    ...given,
    ...(contentLength === undefined ? [] : [['Content-Length', contentLength] as const]),
  ];
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
