/** Fields that are about a connection of HTTP/1.1: HTTP/2 forbids them (RFC 9113, 8.2.2). */

const names =
  /^(connection|keep-alive|proxy-connection|transfer-encoding|upgrade|http2-settings)$/i;

export function connectionField(name: string, value: string): boolean {
  if (/^te$/i.test(name)) return !/^trailers$/i.test(value);
  return names.test(name);
}
