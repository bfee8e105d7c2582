/** The rules that Evenkeel does not keep, each with why. Any other broken MUST is a fault. */
import type { Trial } from './run.js';

interface Known {
  readonly section: string;
  readonly claim: string;
  /** The names of the inputs; undefined: all of the rule. */
  readonly inputs?: readonly string[];
  readonly reason: string;
}

const tab = 'llhttp refuses a tab behind the value; no client is known to send one';

export const known: readonly Known[] = [
  {
    section: '9110 § 5.6.1',
    claim: 'empty elements of the list of codings are ignored',
    reason: 'a proxy that overlooks such a coding could be played off against the server',
  },
  {
    section: '9110 § 13.1.3',
    claim: 'If-Modified-Since is ignored with other methods than GET and HEAD',
    reason: 'who sends it with a write believes in a condition, so it gets 501 and changes nothing',
  },
  {
    section: '9112 § 5.1',
    claim: 'white space around a value is not a part of it',
    inputs: ['"\\t" behind', '" \\t" behind', '"\\t " behind'],
    reason: tab,
  },
  {
    section: '9112 § 7.1',
    claim: 'the chunked coding is understood, in any case',
    inputs: ['"\\tchunked\\t"'],
    reason: tab,
  },
  {
    section: '9112 § 7.1.2',
    claim: 'a trailer is read, and moves no end',
    inputs: ['"Connection: close"'],
    reason: 'llhttp obeys a close in a trailer, and refuses what is behind it',
  },
  {
    section: '9112 § 2.3',
    claim: 'another protocol, or a malformed version, gets 400 or 505',
    inputs: ['"RTSP/1.0"', '"RTSP/1.1"'],
    reason: 'llhttp takes RTSP for HTTP; that is not seen where the head comes in pieces',
  },
  {
    section: '9110 § 2.5',
    claim: 'a higher minor version is served as HTTP/1.1',
    reason: 'llhttp refuses it, and HTTP/1.2 does not exist',
  },
  {
    section: '9110 § 9.1',
    claim: 'an unknown method gets 501',
    reason: 'llhttp does not tell an unknown method from noise, which gets 400',
  },
  {
    section: '9112 § 3.2',
    claim: 'a byte that no URI has gets 400',
    inputs: [...'"<>\\^`{|}'].map((byte) => JSON.stringify(byte)),
    reason: 'browsers send some of these as they are',
  },
  {
    section: '9112 § 6.1',
    claim: 'an unknown coding before chunked gets 501',
    reason: 'it gets 400, as other faulty framing does',
  },
  {
    section: '9110 § 10.1.1',
    claim: 'an expectation without content to wait for needs no 100',
    reason: 'node:http ends the connection after the response',
  },
];

export function knownReason({ rule, input: [name] }: Trial): string | undefined {
  return known.find(
    ({ section, claim, inputs }) =>
      section === rule.section && claim === rule.claim && (inputs?.includes(name) ?? true),
  )?.reason;
}
