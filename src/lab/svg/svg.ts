/**
 * The words of SVG that every picture of ours is made of. Whatever comes from a program (names,
 * files) goes through {@link xml}, which also replaces what XML cannot hold at all, so a picture is
 * well-formed whatever was profiled.
 */

/** System fonts only: a picture in a Markdown page may load nothing. */
export const sans = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif";
export const mono = "'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace";
/** Columns of the widest of these fonts, as a part of the font size. */
const monoAdvance = 0.605;

export const ink = '#1b1f24';
/** For what comes second; 6:1 on white. */
export const faint = '#57606a';
export const paper = '#ffffff';
export const hairline = '#d0d7de';

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element whose content is markup already. Attributes that are undefined are left out. */
export function element(name: string, attributes: Attributes, content?: string): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? px(value) : xml(String(value))}"`,
    )
    .join('');
  return content === undefined ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`;
}

export function label(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, xml(content));
}

/** Text as it may stand in content and in attributes alike. */
export function xml(text: string): string {
  return printable(text).replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/**
 * Control characters become their pictures (␀), newlines excepted; what XML forbids and what turns
 * the direction of the text that follows becomes U+FFFD.
 */
function printable(text: string): string {
  return (
    text
      .replace(/\p{Surrogate}/gu, '\ufffd')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be replaced
      .replace(/[\u0000-\u0009\u000b-\u001f]/g, (char) =>
        String.fromCharCode(0x2400 + char.charCodeAt(0)),
      )
      .replace(/\u007f/g, '\u2421')
      .replace(/[\u0080-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g, '\ufffd')
  );
}

/** At most four digits after the point, and no zeros that say nothing. */
export function px(value: number): string {
  return String(Number(value.toFixed(4)));
}

export function monoWidth(text: string, fontSize: number): number {
  let columns = 0;
  for (const char of text) columns += columnsOf(char);
  return columns * fontSize * monoAdvance;
}

/** The text, or as much as fits with an ellipsis; nothing if less than two characters do. */
export function fitMono(text: string, width: number, fontSize: number): string {
  if (monoWidth(text, fontSize) <= width) return text;
  let room = Math.floor(width / (fontSize * monoAdvance)) - 1;
  let kept = '';
  for (const char of text) {
    room -= columnsOf(char);
    if (room < 0) break;
    kept += char;
  }
  return [...kept].length < 2 ? '' : `${kept}…`;
}

/** About, and rather more than less: for what stands beside a text of 13 px. */
export function sansWidth(text: string): number {
  let width = 0;
  for (const char of text)
    width += /[ijl.,:·()' ]/.test(char)
      ? 4.6
      : /[mwMW%]/.test(char)
        ? 12.5
        : /[A-Z\d]/.test(char)
          ? 8.6
          : 7.7;
  return width;
}

/** Lines of at most the width, broken at spaces; a word that is wider has a line of its own. */
export function wrap(text: string, width: number, fontSize = 13): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && (sansWidth(longer) * fontSize) / 13 <= width)
      lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const eastAsian = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f]/u;
const fullWidth = /[\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{3ffff}]/u;

/** East Asian and pictorial characters take two columns. */
function columnsOf(char: string): number {
  return eastAsian.test(char) || fullWidth.test(char) ? 2 : 1;
}

/** A picture of its own, on paper of its own: what surrounds it may be dark. */
export function picture(
  width: number,
  height: number,
  { about, style, attributes = {} }: { about: string; style: string; attributes?: Attributes },
  content: string,
): string {
  const frame = { width: width - 1, height: height - 1, rx: 6, fill: paper, stroke: hairline };
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${px(width)} ${px(height)}`,
    width,
    height,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    'svg',
    { ...root, 'aria-label': about, ...attributes },
    `\n<style>${style}</style>\n${element('rect', { x: 0.5, y: 0.5, ...frame })}\n${content}\n`,
  )}\n`;
}
