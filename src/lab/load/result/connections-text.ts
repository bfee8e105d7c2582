/** The connections of a run in words, with their protocol if it is not HTTP/1.1. */
import type { LoadOptions } from '../load-options.js';

export function formatConnections({
  connections,
  http2,
}: Pick<LoadOptions, 'connections' | 'http2'>): string {
  if (!http2) return `${connections} connections`;
  const streams = `${http2.streams} stream${http2.streams === 1 ? '' : 's'}`;
  return `${connections} connections of HTTP/2 with ${streams} each`;
}
