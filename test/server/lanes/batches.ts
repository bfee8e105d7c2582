/**
 * Batches for the fuzzing of the lanes. One that is not atomic has one line: how the results of
 * several share chunks depends on the pace of the disk. Characters are bytes (latin1).
 */
import fc from 'fast-check';
import { host, otherFields } from './fields.js';
import { prefix } from './targets.js';

const line = fc.constantFrom(
  ...['a', 'b'].flatMap((key) => [
    `{"key":"${prefix}${key}","value":"dg=="}`,
    `{"key":"${prefix}${key}","valueText":"w","contentType":"text/plain","meta":{"a":"b"}}`,
    `{"key":"${prefix}${key}","valueText":"w","ttlMs":1000000}`,
    `{"key":"${prefix}${key}","delete":true}`,
  ]),
  `{"key":"${prefix}a","valueText":"x","ifNoneMatch":"*"}`,
  `{"key":"${prefix}a","valueText":"x","ifMatch":"*"}`,
  `{"key":"${prefix}a","valueText":"x","ifMatch":"1"}`,
  `{"key":"${prefix}b","delete":true,"ifMatch":"*"}`,
  `{"key":"${prefix}a","valueText":"x","contentType":"x"}`,
  `{"key":"${prefix}a"}`,
  `{"key":"","valueText":"x"}`,
  `{"key":"${prefix}a","valueText":"x","ttl":1}`,
  ...['', ' ', '{', '[]', '"\xff"', '{"key":"\0"}', 'null'],
);

const one = line.map((text) => ['/v0/entities', `${text}\n`] as const);
const atomic = fc
  .array(line, { maxLength: 4 })
  .map((lines) => ['/v0/entities?atomic=true', lines.map((text) => `${text}\n`).join('')] as const);

export const batchRequest: fc.Arbitrary<string> = fc
  .tuple(fc.oneof(one, atomic), host, otherFields, fc.boolean())
  .map(([[target, content], host, fields, isChunked]) => {
    const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${content.length}`;
    const head = [`POST ${target} HTTP/1.1`, host, ...fields, framing, '', ''];
    const chunk = content && `${content.length.toString(16)}\r\n${content}\r\n`;
    const bytes = isChunked ? `${chunk}0\r\n\r\n` : content;
    return head.filter((text, at) => text !== '' || at >= head.length - 2).join('\r\n') + bytes;
  });
