/** The response that a run expects, and in words why another is a failure. */
import type { Expectation } from '../load-options.js';

/** Why a response is a failure; undefined if it is none. */
type FaultOf = (status: number, content: Uint8Array) => string | undefined;

/** Without an expectation, a status above 399 is a failure. */
export function faultFinder(expect?: Expectation): FaultOf {
  const patterns = (expect?.patterns ?? []).map(({ source, flags }) => new RegExp(source, flags));
  const statuses = expect?.statuses ?? [];
  const isExpected = (status: number) =>
    statuses.some(([from, to]) => status >= from && status <= to);
  const wanted = statuses.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(', ');
  return (status, content) => {
    if (statuses.length > 0) {
      if (!isExpected(status)) return `answered with status ${status}, not ${wanted}`;
    } else if (status > 399) return `answered with status ${status}`;
    if (patterns.length === 0) return undefined;
    const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString();
    const missing = patterns.find((pattern) => text.search(pattern) < 0);
    return missing && `answered with content that does not match ${missing}`;
  };
}
