/**
 * The content of a request and the fields that say where it ends, for the fuzzing of the lanes:
 * right, wrong, contradictory, and hidden from one parser or the other. Characters are bytes
 * (latin1).
 */
import fc from 'fast-check';

export interface Framed {
  readonly fields: readonly string[];
  /** The bytes behind the empty line. */
  readonly bytes: string;
}

const smuggled = 'PUT /v0/entity?id=PREFIXs HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\ns';

/** `PREFIX` is replaced by the key prefix of the case, of the same length. */
const content = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('v', '', 'value', 'w'.repeat(100)) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 20 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      smuggled,
      '\r\n',
      '0\r\n\r\n',
      '\0',
      '\xff\xfe',
      `0\r\n\r\n${smuggled}`,
    ),
  },
  // 2000 is the most that the servers under test take; 70 000 comes in more than one read.
  {
    weight: 1,
    arbitrary: fc.constantFrom(1000, 1999, 2000, 2001, 70_000).map((length) => 'x'.repeat(length)),
  },
);

const lengthName = fc.oneof(
  { weight: 5, arbitrary: fc.constant('Content-Length') },
  { weight: 1, arbitrary: fc.constantFrom('content-length', 'CONTENT-LENGTH', 'cOnTent-LengtH') },
);

/** Spellings of a length. */
const spell: readonly ((length: number) => string)[] = [
  (length) => `+${length}`,
  (length) => `-${length}`,
  (length) => `0${length}`,
  (length) => `000000000000000000000${length}`,
  (length) => `0x${length.toString(16)}`,
  (length) => `${length}.0`,
  (length) => `${length}e0`,
  (length) => `${length}, ${length}`,
  (length) => `${length},`,
  (length) => `${length};`,
  (length) => `${length}:`,
  (length) => `${length}/`,
  (length) => `${length} ${length}`,
  (length) => `"${length}"`,
  (length) => `\t ${length} \t`,
  (length) => `${length}\0`,
  (length) => `${length}\x0b`,
  (length) => `\x0c${length}`,
  (length) => `${length}\xa0`,
  (length) => `\r\n ${length}`,
  (length) => `${length}\r\n `,
  (length) => `${length}\r\n 0`,
  (length) => `${length}\r`,
  (length) => String(length + 1),
  (length) => String(Math.max(0, length - 1)),
  (length) => `${length}0`,
  (length) => String(length + 2 ** 32),
  () => '',
  () => '0',
  () => '18446744073709551616',
  () => '18446744073709551615',
  () => '9007199254740993',
  () => '99999999999999999999999',
];

const codings = [
  'chunked',
  'Chunked',
  'CHUNKED',
  ' chunked ',
  '\tchunked\t',
  'xchunked',
  'chunkedx',
  'chunked, chunked',
  'chunked,',
  ',chunked',
  'identity',
  'gzip, chunked',
  'chunked, gzip',
  'chunked;q=1',
  '"chunked"',
  '\x0bchunked',
  'chunked\0',
  '\r\n chunked',
  'chunked\r\nTransfer-Encoding: identity',
  'identity\r\nTransfer-Encoding: chunked',
  '',
];
const codingName = fc.constantFrom(
  'Transfer-Encoding: ',
  'Transfer-Encoding:',
  'transfer-encoding: ',
  'Transfer-Encoding : ',
  ' Transfer-Encoding: ',
  'Transfer_Encoding: ',
  'Transfer-Encoding\t:',
  'X: y\nTransfer-Encoding: ',
);

const sized = (bytes: string, size = bytes.length.toString(16), end = '\r\n') =>
  `${size}${end}${bytes}${end}`;
/** The chunked spellings of a content. */
const chunkings: readonly ((bytes: string) => string)[] = [
  (bytes) => `${sized(bytes)}0\r\n\r\n`,
  (bytes) => `${[...bytes.slice(0, 50)].map((one) => sized(one)).join('')}0\r\n\r\n`,
  (bytes) =>
    sized(bytes, `${bytes.length.toString(16).toUpperCase().padStart(6, '0')};a=b;"c;d"`) +
    '0;x\r\n\r\n',
  (bytes) => `${sized(bytes)}0\r\nTrailer: v\r\nContent-Length: 3\r\n\r\n`,
  (bytes) => `${sized(bytes)}0\r\nbad trailer\r\n\r\n`,
  (bytes) => `${sized(bytes)}000\r\n\r\n`,
  (bytes) => `${sized(bytes)}0\r\n`,
  (bytes) => `${sized(bytes, undefined, '\n')}0\n\n`,
  (bytes) => `${sized(bytes, (bytes.length + 1).toString(16))}0\r\n\r\n`,
  (bytes) => `${sized(bytes, `0x${bytes.length}`)}0\r\n\r\n`,
  (bytes) => `${sized(bytes, `${bytes.length.toString(16)} `)}0\r\n\r\n`,
  (bytes) => `${sized(bytes, `-${bytes.length}`)}0\r\n\r\n`,
  (bytes) => `${sized(bytes, 'fffffffffffffffff')}0\r\n\r\n`,
  (bytes) => `${sized(bytes, `${bytes.length.toString(16)};\n`)}0\r\n\r\n`,
  (bytes) => `${sized('', '')}${sized(bytes)}0\r\n\r\n`,
];

const field = fc.tuple(lengthName, fc.constantFrom(...spell), content);
const right = fc
  .tuple(lengthName, content)
  .map(([name, bytes]) => framed([`${name}: ${bytes.length}`], bytes));
const wrong = field.map(([name, spelled, bytes]) =>
  framed([`${name}: ${spelled(bytes.length)}`], bytes),
);
const twice = field.map(([name, spelled, bytes]) =>
  framed([`${name}: ${spelled(bytes.length)}`, `Content-Length: ${bytes.length}`], bytes),
);
const same = content.map((bytes) =>
  framed([`Content-Length: ${bytes.length}`, `Content-Length: ${bytes.length}`], bytes),
);
const spaced = fc
  .tuple(
    fc.constantFrom('Content-Length :', ' Content-Length:', 'Content-Length\t:', 'Content_Length:'),
    content,
  )
  .map(([name, bytes]) => framed([`${name} ${bytes.length}`], bytes));
const chunked = fc
  .tuple(fc.constantFrom(...chunkings), content)
  .map(([chunking, bytes]) => framed(['Transfer-Encoding: chunked'], chunking(bytes)));
const coded = fc
  .tuple(codingName, fc.constantFrom(...codings), fc.constantFrom(...chunkings), content)
  .map(([name, coding, chunking, bytes]) => framed([`${name}${coding}`], chunking(bytes)));
const both = fc
  .tuple(coded, fc.constantFrom(...spell), fc.boolean())
  .map(([{ fields, bytes }, spelled, first]) => {
    const length = `Content-Length: ${first ? bytes.length : spelled(bytes.length)}`;
    return framed(first ? [length, ...fields] : [...fields, length], bytes);
  });

function framed(fields: readonly string[], bytes: string): Framed {
  return { fields, bytes };
}

/** For a PUT: mostly a right length. */
export const withContent = fc.oneof(
  { weight: 24, arbitrary: right },
  { weight: 2, arbitrary: wrong },
  { weight: 1, arbitrary: twice },
  { weight: 1, arbitrary: same },
  { weight: 1, arbitrary: spaced },
  { weight: 3, arbitrary: chunked },
  { weight: 2, arbitrary: coded },
  { weight: 2, arbitrary: both },
  { weight: 1, arbitrary: content.map((bytes) => framed([], bytes)) },
);

/** For the other methods: mostly none. */
export const withoutContent = fc.oneof(
  { weight: 12, arbitrary: fc.constant(framed([], '')) },
  { weight: 1, arbitrary: fc.constant(framed(['Content-Length: 0'], '')) },
  { weight: 1, arbitrary: withContent },
);
