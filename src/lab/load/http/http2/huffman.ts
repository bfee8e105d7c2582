/**
 * The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes of one length rise with
 * their symbols, so the lengths say all.
 */
import { ProtocolError } from '../protocol-error.js';

/** Bits of the code of each byte: `a` is 5, `z` is 30. */
const lengths =
  'isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhf' +
  'ibccccccccccccccccccccccdcdioijbkabababbbaccbbbabcbaabccccckgjix' +
  'prpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrs' +
  'vvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpqrqqsrruuttvsvwvvwwwwwxwwwwwv';
const maxLength = 30;

/** For each length: its first code, and its symbols in order. */
const table = (() => {
  const rows: { readonly first: number; readonly symbols: readonly number[] }[] = [];
  let code = 0;
  for (let length = 0; length <= maxLength; length++) {
    const letter = String.fromCharCode(0x61 + length - 5);
    const symbols = [...lengths].flatMap((one, symbol) => (one === letter ? [symbol] : []));
    rows.push({ first: code, symbols });
    code = (code + symbols.length) * 2;
  }
  return rows;
})();

/** Text of one byte per character. @throws ProtocolError */
export function decodeHuffman(bytes: Buffer, from: number, to: number): string {
  let text = '';
  let code = 0;
  let length = 0;
  for (let at = from; at < to; at++)
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + (((bytes[at] as number) >>> bit) & 1);
      length++;
      const row = table[length];
      if (row === undefined) throw new ProtocolError('a field that is not Huffman-coded');
      const symbol = row.symbols[code - row.first];
      if (symbol === undefined) continue;
      text += String.fromCharCode(symbol);
      code = 0;
      length = 0;
    }
  // The padding is the beginning of the longest code: ones, and less than a byte.
  if (length > 7 || code !== 2 ** length - 1)
    throw new ProtocolError('a field with wrong Huffman padding');
  return text;
}
