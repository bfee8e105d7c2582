/**
 * XML 1.0, read strictly enough to refuse what browsers refuse: stray `<` and `&`, attributes
 * without quotes or given twice, tags that do not match, characters that XML has not.
 */
import assert from 'node:assert/strict';

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decode(raw: string): string {
  assert(!raw.includes('<'), `a bare < in ${JSON.stringify(raw)}`);
  return raw.replace(
    /&(?:#(\d+);|(\w+);)?/g,
    (whole, code: string | undefined, name: string | undefined) => {
      const char = code === undefined ? entities[name ?? ''] : String.fromCodePoint(Number(code));
      assert(char !== undefined, `a bare & or unknown ${whole} in ${JSON.stringify(raw)}`);
      return char;
    },
  );
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  const rest = text.replace(/\s+([\w:-]+)="([^"]*)"/g, (_, name: string, value: string) => {
    assert(!(name in attributes), `${name} is given twice`);
    attributes[name] = decode(value);
    return '';
  });
  assert.equal(rest.trim(), '', `not attributes: ${text}`);
  return attributes;
}

export function parseXml(document: string): XmlElement {
  assert(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: characters that must not be there
    !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(document),
    'a character XML has not',
  );
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const tags = /<\/([\w:-]+)>|<([\w:-]+)((?:"[^"]*"|[^">])*?)(\/?)>/.source;
  const parts = new RegExp(`<\\?xml [^?]*\\?>|<!\\[CDATA\\[(.*?)\\]\\]>|${tags}|([^<]+|<)`, 'gs');
  for (const [, cdata, closes, opens, attributes = '', empty, text] of document.matchAll(parts)) {
    const parent = open.at(-1) as XmlElement;
    if (cdata !== undefined) parent.text += cdata;
    else if (closes !== undefined) assert.equal(open.pop()?.name, closes);
    else if (opens !== undefined) {
      const element = {
        name: opens,
        attributes: readAttributes(attributes),
        children: [],
        text: '',
      };
      parent.children.push(element);
      if (empty === '') open.push(element);
    } else if (text !== undefined) parent.text += decode(text);
  }
  assert.equal(open.length, 1, `${open.at(-1)?.name} is not closed`);
  assert.equal(top.children.length, 1);
  return top.children[0] as XmlElement;
}

/** All elements of the name, in the document's order. */
export function elements(root: XmlElement, name: string): XmlElement[] {
  return root.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elements(child, name),
  ]);
}
