/** Transfer-Encoding (RFC 9112 § 6.1 and § 6.3). */
import { bare, chunked, crlf, each, hidden, put, type Rule } from '../rule.js';

const end = `0${crlf}${crlf}`;
const chunk = `1${crlf}v${crlf}${end}`;
const coded = (coding: string) => put([`Transfer-Encoding: ${coding}`], chunk);
/** A chunk of a hidden request, for whoever takes the length for the end. */
const hiddenChunk = `${hidden.length.toString(16)}${crlf}${hidden}${crlf}${end}`;

export const codings: readonly Rule[] = [
  {
    section: '9112 § 7.1',
    level: 'MUST',
    claim: 'the chunked coding is understood, in any case',
    allowed: ['201+'],
    inputs: each(['chunked', 'Chunked', 'CHUNKED', 'chunKed', ' chunked ', '\tchunked\t'], coded),
  },
  {
    section: '9112 § 6.1',
    level: 'MUST',
    claim: 'a request with a length and a coding ends the connection',
    allowed: ['400!', '201!'],
    inputs: [
      [
        'a length that covers the chunks',
        put([`Content-Length: ${chunk.length}`, 'Transfer-Encoding: chunked'], chunk),
      ],
      ['a length of 0', put(['Content-Length: 0', 'Transfer-Encoding: chunked'], chunk)],
      [
        'a length behind the coding',
        put(['Transfer-Encoding: chunked', 'Content-Length: 1'], chunk),
      ],
      [
        'CL.TE',
        put(
          [`Content-Length: ${end.length + hidden.length}`, 'Transfer-Encoding: chunked'],
          end + hidden,
        ),
      ],
      ['TE.CL', put(['Transfer-Encoding: chunked', 'Content-Length: 4'], hiddenChunk)],
      ['a bad length', put(['Transfer-Encoding: chunked', 'Content-Length: x'], chunk)],
      ['apart', put(['Content-Length: 1', 'X: y', 'transfer-encoding: CHUNKED'], chunk)],
      ['identity', put(['Content-Length: 1', 'Transfer-Encoding: identity'])],
    ],
  },
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'a request whose last coding is not chunked gets 400 and ends the connection',
    allowed: ['400!'],
    inputs: [
      ...each(
        [
          ...['gzip', 'identity', 'deflate', 'x', 'xchunked', 'chunkedx', 'x-chunked', 'chunke'],
          ...['chunked, gzip', 'chunked, identity', 'chunked,x', 'chunked;q=1', 'chunked; a=b'],
          ...['"chunked"', 'chunked chunked', 'chunked\tx', '\vchunked', 'chunked\f', "'chunked'"],
          ...['chunked\x80', '\xa0chunked', 'chunked:', 'chunked=', '', ' ', 'chunked/1'],
        ],
        coded,
      ),
      [
        'two fields, identity last',
        put(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunk),
      ],
      [
        'two fields, gzip last',
        put(['Transfer-Encoding: chunked', 'transfer-encoding: gzip'], chunk),
      ],
    ],
  },
  {
    section: '9112 § 7.1',
    level: 'MUST',
    claim: 'chunked twice is refused: no sender may apply it more than once',
    allowed: ['400!'],
    inputs: [
      ...each(['chunked, chunked', 'chunked,chunked'], coded),
      ['two fields', put(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], chunk)],
      [
        'two fields and cases',
        put(['Transfer-Encoding: chunked', 'TRANSFER-ENCODING: CHUNKED'], chunk),
      ],
    ],
  },
  {
    section: '9112 § 6.1',
    level: 'SHOULD',
    claim: 'an unknown coding before chunked gets 501',
    allowed: ['501!'],
    inputs: [
      ...each(['gzip, chunked', 'x, chunked', 'identity, chunked', 'compress, chunked'], coded),
      ['two fields', put(['Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'], chunk)],
    ],
  },
  {
    section: '9110 § 5.6.1',
    level: 'MUST',
    claim: 'empty elements of the list of codings are ignored',
    allowed: ['201+'],
    inputs: each(['chunked,', ',chunked', ', chunked ,'], coded),
  },
  {
    section: '9112 § 6.1',
    level: 'MUST',
    claim: 'a coding in HTTP/1.0 is faulty framing, and ends the connection',
    allowed: ['400!', '201!'],
    inputs: [
      ...each(['chunked', 'gzip', 'identity', 'x'], (coding) =>
        coded(coding).replace('/1.1', '/1.0'),
      ),
      [
        'with a length',
        put(['Content-Length: 1', 'Transfer-Encoding: chunked'], chunk).replace('/1.1', '/1.0'),
      ],
      [
        'to be kept',
        put(['Transfer-Encoding: chunked', 'Connection: keep-alive'], chunk).replace(
          '/1.1',
          '/1.0',
        ),
      ],
    ],
  },
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'a coding that is hidden from one of two readers is refused',
    allowed: ['400!'],
    inputs: [
      [
        'a space before the colon',
        put(['Transfer-Encoding : chunked', 'Content-Length: 1'], chunk),
      ],
      [
        'a space before the name',
        put(['X: y', ' Transfer-Encoding: chunked', 'Content-Length: 1'], chunk),
      ],
      ['behind a bare CR', put(['X: y\rTransfer-Encoding: chunked', 'Content-Length: 1'])],
      ['behind a NUL', put(['X: y\0\r\nTransfer-Encoding: chunked'], chunk)],
      ['a folded one', put(['Transfer-Encoding:\r\n chunked', 'Content-Length: 1'], chunk)],
      ['a NUL in the name', put(['Transfer\0Encoding: chunked', 'Content-Length: 1'])],
      [
        'a byte above 127 in the name',
        put(['Transfer-Encoding\xa0: chunked', 'Content-Length: 1']),
      ],
    ],
  },
  {
    section: '9112 § 6.3',
    level: 'MUST',
    claim: 'what is in a chunk is not a request',
    allowed: ['201+'],
    inputs: [
      ['a request', chunked(hiddenChunk)],
      ['an end', chunked(`5${crlf}${end}${crlf}${end}`)],
      ['an empty line', chunked(`4${crlf}${crlf}${crlf}${crlf}${end}`)],
    ],
  },
  {
    section: '9112 § 8',
    level: 'MUST',
    claim: 'a chunked request that is cut off is not carried out',
    allowed: ['400!', '!'],
    ends: true,
    inputs: each(
      [
        '',
        '1',
        `1${crlf}`,
        `1${crlf}v`,
        `1${crlf}v${crlf}`,
        `1${crlf}v${crlf}0`,
        `1${crlf}v${crlf}0${crlf}`,
      ],
      (content) =>
        bare(
          'PUT /v0/entity?id=hidden HTTP/1.1',
          ['Host: localhost', 'Transfer-Encoding: chunked'],
          content,
        ),
    ),
  },
];
