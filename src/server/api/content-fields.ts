/** The fields that describe the content of a response. */

/**
 * With `nosniff` a browser takes the type as it is said. A value is any bytes: without it, one that
 * looks like a script or a page would run as one, with this server as its origin.
 */
export function contentFields(type: string) {
  return { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' } as const;
}

/** The type of a value of which no other was kept. */
export const octetStream = 'application/octet-stream';
