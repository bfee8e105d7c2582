/**
 * The name that a function had before it was bundled. A map names identifiers, and V8 gives the
 * place where a function's parameters begin: so the identifier is looked for in front of them.
 */

/**
 * The column of a function's own name in the generated line, if it stands there: `NAME(`,
 * `NAME = (`, `NAME: async function(`.
 * @param before the line up to the function's parameters
 */
export function columnOfName(before: string, functionName: string): number | undefined {
  // V8 may call a method by its object: `Store.put`.
  const name = /#?[\p{ID_Continue}$]+$/u.exec(functionName)?.[0];
  if (name === undefined) return undefined;
  const escaped = name.replace(/\$/g, '\\$');
  const ahead = String.raw`\s*(?:[=:]\s*)?(?:async\b\s*)?(?:function\b\s*\*?\s*)?\(?$`;
  // A window, because the lines of a minified file are long.
  const from = Math.max(0, before.length - name.length - 64);
  const found = new RegExp(`(?<![\\p{ID_Continue}$])${escaped}${ahead}`, 'u').exec(
    before.slice(from),
  );
  return found ? from + found.index : undefined;
}
