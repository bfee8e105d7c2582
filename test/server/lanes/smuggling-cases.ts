/**
 * The table of request smuggling: bytes that two parsers might read as different requests, each
 * with its expected outcome. Characters are bytes (latin1).
 */
export const crlf = '\r\n';
const target = '/v0/entity?id=k';
/** A PUT of the key k with these fields as they stand, and these bytes behind them. */
const put = (fields: string, bytes = 'v') =>
  `PUT ${target} HTTP/1.1${crlf}Host: localhost${crlf}${fields}${crlf}${crlf}${bytes}`;
const get = (fields = '', requestLine = `GET ${target} HTTP/1.1`) =>
  `${requestLine}${crlf}Host: localhost${crlf}${fields && fields + crlf}${crlf}`;
/** Bytes that an attacker wants to be taken for a request. */
const hidden = put('Content-Length: 1', 'h').replace('id=k', 'id=hidden');
const upgrade = (to: string) => `Upgrade: ${to}${crlf}Connection: Upgrade`;
/** The request that follows in good faith. */
export const behind = put('Content-Length: 1', 'b').replace('id=k', 'id=behind');
const last = `0${crlf}${crlf}`;
const chunk = `1${crlf}v${crlf}${last}`;
const hiddenChunk = `${hidden.length.toString(16)}${crlf}${hidden}${crlf}${last}`;

/** The statuses, with that of the response to `behind` if there is one, and the stored keys. */
type Row = [name: string, bytes: string, statuses: number[], keys: string[]];
const refused = (name: string, bytes: string, status = 400): Row => [name, bytes, [status], []];
const stays = (name: string, bytes: string, statuses: number[], keys: string[] = []): Row => [
  name,
  bytes + behind,
  [...statuses, 201],
  ['behind', ...keys],
];

const framing: Row[] = [
  refused(
    'CL.TE',
    put(`Content-Length: ${last.length}${crlf}Transfer-Encoding: chunked`, last + hidden),
  ),
  refused(
    'CL.TE whose length covers it all',
    put(
      `Content-Length: ${(last + hidden).length}${crlf}Transfer-Encoding: chunked`,
      last + hidden,
    ),
  ),
  refused(
    'TE.CL',
    put(
      `Transfer-Encoding: chunked${crlf}Content-Length: 3`,
      `${hidden.length.toString(16)}${crlf}${hidden}${crlf}${last}`,
    ),
  ),
  refused(
    'CL.0 with two lengths',
    put(`Content-Length: 0${crlf}Content-Length: ${hidden.length}`, hidden),
  ),
  refused(
    'TE.TE, chunked and identity',
    put(`Transfer-Encoding: chunked${crlf}Transfer-Encoding: identity`, chunk),
  ),
  refused(
    'TE.TE, identity and chunked',
    put(`Transfer-Encoding: identity${crlf}Transfer-Encoding: chunked`, chunk),
  ),
  refused(
    'TE.TE, chunked twice',
    put(`Transfer-Encoding: chunked${crlf}Transfer-Encoding: chunked`, chunk),
  ),
  ...[
    'xchunked',
    'chunkedx',
    'chunked,',
    ', chunked',
    'chunked, chunked',
    '"chunked"',
    'chunked;x',
    '\x0bchunked',
    'chunked\x0c',
    '',
    'gzip',
    'identity',
  ].map((coding) =>
    refused(
      `Transfer-Encoding: ${JSON.stringify(coding)}`,
      put(`Transfer-Encoding: ${coding}`, chunk),
    ),
  ),
  refused(
    'Transfer-Encoding with a space before the colon',
    put(`Transfer-Encoding : chunked`, chunk),
  ),
  refused(
    'Transfer-Encoding with a space before its name',
    put(` Transfer-Encoding: chunked`, chunk),
  ),
  refused('Transfer-Encoding behind a bare LF', put(`X: y\nTransfer-Encoding: chunked`, chunk)),
  refused('Transfer-Encoding behind a bare CR', put(`X: y\rTransfer-Encoding: chunked`, chunk)),
  refused('Transfer-Encoding on a folded line', put(`Transfer-Encoding:${crlf} chunked`, chunk)),
  stays(
    'Transfer_Encoding, which is another field',
    put(`Transfer_Encoding: chunked${crlf}Content-Length: ${hidden.length}`, hidden),
    [201],
    ['k'],
  ),
  stays(
    'Transfer-Encoding: a tab before chunked',
    put('Transfer-Encoding:\tchunked', chunk),
    [201],
    ['k'],
  ),
  stays('Transfer-Encoding: CHUNKED', put('Transfer-Encoding: CHUNKED', chunk), [201], ['k']),
  // Chunked content that is not used is not worth reading to save the connection.
  refused(
    'a DELETE with a request in chunks',
    get('Transfer-Encoding: chunked', `DELETE ${target} HTTP/1.1`) + hiddenChunk,
    202,
  ),
  refused('a GET with a request in chunks', get('Transfer-Encoding: chunked') + hiddenChunk, 404),
  stays(
    'a GET whose content looks like a request',
    get(`Content-Length: ${hidden.length}`) + hidden,
    [404],
  ),
  stays(
    'a DELETE whose content looks like a request',
    get(`Content-Length: ${hidden.length}`, `DELETE ${target} HTTP/1.1`) + hidden,
    [202],
  ),
  stays(
    'a PUT whose content looks like a request',
    put(`Content-Length: ${hidden.length}`, hidden),
    [201],
    ['k'],
  ),
  stays('a PUT without a length, and no content', put('X: y', ''), [201], ['k']),
];

const lengths: Row[] = [
  ...[
    '+1',
    '-1',
    '0x1',
    '1,1',
    '1, 1',
    '1,',
    ',1',
    '1 1',
    '1;',
    '"1"',
    '1.0',
    '1e0',
    '',
    '\x0b1',
    '1\0',
    '1\xa0',
    '\xb9',
    '18446744073709551617',
    '99999999999999999999',
  ].map((length) =>
    refused(`Content-Length: ${JSON.stringify(length)}`, put(`Content-Length: ${length}`)),
  ),
  refused('the same length twice', put(`Content-Length: 1${crlf}Content-Length: 1`)),
  refused('two lengths', put(`Content-Length: 1${crlf}Content-Length: 2`, 'vv')),
  refused('a length with a space before the colon', put('Content-Length : 1')),
  refused('a length on a folded line', put(`Content-Length:${crlf} 1`)),
  refused('a length that goes on on a folded line', put(`Content-Length: 1${crlf} 0`)),
  refused('a length over 2^32', put('Content-Length: 4294967297'), 413),
  refused('a length over 2^53', put('Content-Length: 9007199254740993'), 413),
  stays(
    'a length with zeros in front',
    put('Content-Length: 0000000000000000000001'),
    [201],
    ['k'],
  ),
  stays('a length with spaces around', put('Content-Length: \t  1  '), [201], ['k']),
  stays(
    'Content_Length, which is another field',
    put(`Content_Length: 50${crlf}Content-Length: 1`),
    [201],
    ['k'],
  ),
];

const chunks: Row[] = [
  ...['', 'g', '-1', '+1', '0x1', ' 1', '1 ', '1\t', 'fffffffffffffffff', '1\0', '\xb9'].map(
    (size) =>
      refused(
        `the chunk size ${JSON.stringify(size)}`,
        put('Transfer-Encoding: chunked', `${size}${crlf}v${crlf}${last}`),
      ),
  ),
  refused('a bare LF behind a chunk size', put('Transfer-Encoding: chunked', `1\nv${crlf}${last}`)),
  refused(
    'a bare LF in a chunk extension',
    put('Transfer-Encoding: chunked', `1;x\n${crlf}v${crlf}${last}`),
  ),
  refused(
    'a chunk longer than its size',
    put('Transfer-Encoding: chunked', `1${crlf}vv${crlf}${last}`),
  ),
  stays(
    // Node 20.19.0's llhttp takes one at most.
    'a chunk extension',
    put('Transfer-Encoding: chunked', `1;a="b"${crlf}v${crlf}${last}`),
    [201],
    ['k'],
  ),
  stays(
    'a chunk size with zeros in front',
    put('Transfer-Encoding: chunked', `00001${crlf}v${crlf}000${crlf}${crlf}`),
    [201],
    ['k'],
  ),
];

const heads: Row[] = [
  refused('no Host', `GET ${target} HTTP/1.1${crlf}${crlf}`),
  refused('two Hosts', get('Host: localhost')),
  refused('two Hosts that differ', get('host: g')),
  refused('Host with a space before the colon', get().replace('Host:', 'Host :')),
  refused('an empty Host', get().replace('Host: localhost', 'Host:')),
  stays('a Host of another server', get().replace('localhost', 'h'), [421]),
  stays(
    'another authority in the target than in Host',
    get('', `GET http://other${target} HTTP/1.1`),
    [421],
  ),
  stays(
    'this authority in the target and another in Host',
    get('', `GET http://localhost${target} HTTP/1.1`).replace('Host: localhost', 'Host: h'),
    [404],
  ),
  refused(
    'an absolute target with a user',
    get('', `GET http://u:p@localhost:1${target} HTTP/1.1`),
  ),
  stays('an absolute target of another scheme', get('', `GET ftp://h${target} HTTP/1.1`), [400]),
  stays('OPTIONS *', get('', 'OPTIONS * HTTP/1.1'), [405]),
  refused('CONNECT', get('', 'CONNECT h:80 HTTP/1.1'), 405),
  refused('an HTTP/2 preface', `PRI * HTTP/2.0${crlf}${crlf}SM${crlf}${crlf}`),
  refused(
    'an upgrade to h2c, which is passed over',
    get(`${upgrade('h2c')}, HTTP2-Settings${crlf}HTTP2-Settings: AAMAAABk`),
    404,
  ),
  refused('an upgrade to WebSocket, which is passed over', get(upgrade('websocket')), 404),
  refused(
    'an upgrade in front of a request whose content looks like one',
    get(upgrade('h2c')) + put(`Content-Length: ${hidden.length}`, hidden),
    404,
  ),
  ['an upgrade of a PUT', put(`${upgrade('h2c')}${crlf}Content-Length: 1`), [201], ['k']],
  stays(
    '100-continue and the content with it',
    put(`Expect: 100-continue${crlf}Content-Length: 1`),
    [100, 201],
    ['k'],
  ),
  refused(
    'another expectation, and its content',
    put(`Expect: 200-ok${crlf}Content-Length: ${hidden.length}`, hidden),
    417,
  ),
  ['Connection: close, and requests behind it', get('Connection: close') + hidden, [404], []],
  ['Connection: close in a list', get('Connection: x, close') + hidden, [404], []],
  [
    'Connection: close in a second field',
    get(`Connection: keep-alive${crlf}Connection: close`) + hidden,
    [404],
    [],
  ],
  ['HTTP/1.0, and requests behind it', get('', `GET ${target} HTTP/1.0`) + hidden, [404], []],
  stays(
    'HTTP/1.0 that asks to be kept',
    get('Connection: keep-alive', `GET ${target} HTTP/1.0`),
    [404],
  ),
  refused('a space in a name', get('X Y: z')),
  refused('a field without a colon', get('Nonsense')),
  refused('a field without a name', get(': x')),
  refused('a folded field', get(`X: y${crlf} z`)),
  refused('white space before the first field', get().replace('Host', ' Host')),
  refused('a name of bytes above 127', get('\xe9: x')),
  ...['\0', '\x01', '\x0b', '\x1f', '\x7f'].flatMap((byte) => [
    refused(`${JSON.stringify(byte)} in a name`, get(`X${byte}: y`)),
    refused(`${JSON.stringify(byte)} in a value`, get(`X: y${byte}z`)),
    refused(`${JSON.stringify(byte)} in the target`, get('', `GET ${target}${byte} HTTP/1.1`)),
  ]),
  refused('a byte above 127 in the target', get('', `GET ${target}\x80 HTTP/1.1`)),
  refused('a bare LF behind the request line', get().replace(crlf, '\n')),
  refused('bare LFs', get().replaceAll(crlf, '\n')),
  refused('CR CR LF', get().replace(crlf, `\r${crlf}`)),
  refused('a bare LF as the empty line', `${get().slice(0, -2)}\n`),
  stays('two spaces before the version', get('', `GET ${target}  HTTP/1.1`), [404]),
  refused('no version', get('', `GET ${target}`)),
  refused('garbage', `garbage${crlf}${crlf}`),
  stays('a request refused for its parameters', get('', 'GET /v0/entity?id=k&x HTTP/1.1'), [400]),
  stays('a method the path does not take', get('', `POST ${target} HTTP/1.1`), [405]),
  stays('empty lines before a request', crlf + crlf + get(), [404]),
];

export const smugglingCases: readonly Row[] = [...framing, ...lengths, ...chunks, ...heads];
