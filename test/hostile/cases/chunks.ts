/** The chunked transfer coding (RFC 9112 § 7.1). */
import { chunked, crlf, each, hidden, type Rule } from '../rule.js';

const end = `0${crlf}${crlf}`;
const sized = (size: string) => chunked(`${size}${crlf}v${crlf}${end}`);
const ten = 'v'.repeat(10);

export const chunks: readonly Rule[] = [
  {
    section: '9112 § 7.1',
    level: 'MUST',
    claim: 'chunks are put together',
    allowed: ['201+'],
    inputs: [
      ['none', chunked(end)],
      ['one', sized('1')],
      ...each(['01', '001', '0000000001'], sized),
      ['a', chunked(`a${crlf}${ten}${crlf}${end}`)],
      ['A', chunked(`A${crlf}${ten}${crlf}${end}`)],
      ['0A', chunked(`0A${crlf}${ten}${crlf}${end}`)],
      ['fF', chunked(`fF${crlf}${'v'.repeat(255)}${crlf}${end}`)],
      ['three', chunked(`1${crlf}a${crlf}2${crlf}bc${crlf}3${crlf}def${crlf}${end}`)],
      ['a last chunk of 000', chunked(`1${crlf}v${crlf}000${crlf}${crlf}`)],
      ['a hundred of a byte', chunked(`1${crlf}v${crlf}`.repeat(100) + end)],
      ['5000 bytes', chunked(`1388${crlf}${'v'.repeat(5000)}${crlf}${end}`)],
    ],
  },
  {
    section: '9112 § 7.1.1',
    level: 'MUST',
    claim: 'a chunk extension that is not known is ignored',
    allowed: ['201+'],
    inputs: [
      ...each(['1;a', '1;a=b', '1;a="b"', '1;a="b;c"', '1;a;b=c', "1;!#$%&'*+-.^_`|~=x"], sized),
      ['of the last chunk', chunked(`1${crlf}v${crlf}0;a=b${crlf}${crlf}`)],
    ],
  },
  {
    section: '9112 § 7.1.1',
    level: 'MUST',
    claim: 'white space around the parts of a chunk extension is taken out',
    allowed: ['201+', '400!'],
    inputs: each(['1 ;a', '1; a', '1 ; a', '1;a =b', '1;a= b', '1\t;\ta'], sized),
  },
  {
    section: '9112 § 7.1',
    level: 'MUST',
    claim: 'a huge chunk size does not overflow',
    allowed: ['400!', '413!', '!'],
    // A server may wait for all that was announced; a number that wraps would end it early.
    ends: true,
    inputs: each(
      [
        ...['100000001', '7fffffffffffffff', '8000000000000000', '8000000000000001'],
        ...['ffffffffffffffff', '10000000000000000', '10000000000000001', 'f'.repeat(17)],
        ...['f'.repeat(40), `1${'0'.repeat(40)}1`],
      ],
      (size) => chunked(`${size}${crlf}${hidden}${crlf}${end}`),
    ),
  },
  {
    section: '9112 § 7.1',
    level: 'SHOULD',
    claim: 'a chunk size that is not hexadecimal digits gets 400',
    allowed: ['400!'],
    inputs: each(
      [
        ...[
          'g',
          '1g',
          '-1',
          '+1',
          '-0',
          '0x1',
          '0X1',
          'x',
          '',
          ' ',
          ' 1',
          '\t1',
          '1 ',
          '1\t',
          '1,',
        ],
        ...['1.0', '1 1', '"1"', '1_0', '1\0', '\x001', '1\v', '1\x80', '1h', '#1', '1=a', '1:a'],
      ],
      sized,
    ),
  },
  {
    section: '9112 § 7.1',
    level: 'SHOULD',
    claim: 'a chunk that does not end where its size says gets 400',
    allowed: ['400!'],
    inputs: [
      ['one byte more', chunked(`1${crlf}vv${crlf}${end}`)],
      ['one byte less', chunked(`2${crlf}v${crlf}${end}`)],
      ['no line end', chunked(`1${crlf}v${end}`)],
      ['LF', chunked(`1${crlf}v\n${end}`)],
      ['CR', chunked(`1${crlf}v\r${end}`)],
      ['CR and a byte', chunked(`1${crlf}v\rX${end}`)],
      ['two bytes that are no line end', chunked(`1${crlf}vXX${end}`)],
      ['LF CR', chunked(`1${crlf}v\n\r${end}`)],
    ],
  },
  {
    section: '9112 § 7.1',
    level: 'SHOULD',
    claim: 'a line of the coding that does not end in CR LF gets 400',
    allowed: ['400!'],
    inputs: [
      ['LF behind a size', chunked(`1\nv${crlf}${end}`)],
      ['CR behind a size', chunked(`1\rv${crlf}${end}`)],
      ['CR CR LF behind a size', chunked(`1\r${crlf}v${crlf}${end}`)],
      ['LF behind an extension', chunked(`1;a\nv${crlf}${end}`)],
      ['CR in an extension', chunked(`1;a\rb${crlf}v${crlf}${end}`)],
      ['LF in a quoted extension', chunked(`1;a="\n"${crlf}v${crlf}${end}`)],
      ['NUL in an extension', chunked(`1;a\0${crlf}v${crlf}${end}`)],
      ['LF behind the last size', chunked(`1${crlf}v${crlf}0\n${crlf}`)],
      ['LF as the last line', chunked(`1${crlf}v${crlf}0${crlf}\n`)],
      ['CR and a byte as the last line', chunked(`1${crlf}v${crlf}0${crlf}\rX`)],
    ],
  },
  {
    section: '9112 § 7.1.2',
    level: 'MUST',
    claim: 'a trailer is read, and moves no end',
    allowed: ['201+', '400!'],
    inputs: each(
      [
        ...['Content-Length: 9', 'Content-Length: 0', 'Transfer-Encoding: gzip', 'Host: other'],
        ...['Connection: close', 'Expect: x', 'Trailer: X', 'Content-Length: x', 'If-Match: "1"'],
      ],
      (field) => chunked(`1${crlf}v${crlf}0${crlf}${field}${crlf}${crlf}`),
    ),
  },
  {
    section: '9110 § 6.5',
    level: 'MUST',
    claim: 'a trailer that is not known is ignored',
    allowed: ['201+'],
    inputs: [
      ['one', chunked(`1${crlf}v${crlf}0${crlf}X: y${crlf}${crlf}`)],
      ['announced', chunked(`1${crlf}v${crlf}0${crlf}X: y${crlf}${crlf}`, 'Trailer: X')],
      ['three', chunked(`0${crlf}X: y${crlf}Y:${crlf}Z: \x80${crlf}${crlf}`)],
    ],
  },
  {
    section: '9112 § 7.1.2',
    level: 'SHOULD',
    claim: 'a malformed trailer gets 400',
    allowed: ['400!'],
    inputs: each(
      ['X', 'X : y', ': y', 'X Y: z', ' X: y', 'X\0: y', 'X: a\0', 'X: a\rb', '(X): y'],
      (line) => chunked(`1${crlf}v${crlf}0${crlf}${line}${crlf}${crlf}`),
    ),
  },
];
