/** The requests of `--urls FILE`: a line is `[METHOD ]PATH` or `[METHOD ]URL` of the same host. */
import { readFileSync, statSync } from 'node:fs';
import { formatBytes, UsageError } from '../../config/parsers.js';
import { type ListedRequest, loadLimits } from '../../lab/load/load-options.js';
import { withoutSecrets } from '../../lab/load/output/secrets.js';
import { printable } from '../../lab/load/printable.js';
import { requestTarget } from '../../lab/load/request/request-target.js';
import { methodToken } from './request-flags.js';

/**
 * Empty lines, and those that begin with #, are skipped.
 * @param method of lines that have none
 * @throws UsageError that names the line
 */
export function readUrlList(file: string, base: string, method: string): readonly ListedRequest[] {
  const { listBytes, listedRequests } = loadLimits;
  const fail = (what: string) => new UsageError(`--urls ${file}${what}`);
  if (statSync(file).size > listBytes)
    throw fail(` takes a file of at most ${formatBytes(listBytes)}`);
  const list: ListedRequest[] = [];
  for (const [index, line] of readFileSync(file, 'utf8').split(/\r?\n/).entries()) {
    const text = line.replace(/^\ufeff/, '').trim();
    if (text === '' || text.startsWith('#')) continue;
    const parsed = parseLine(text, base, method);
    if (typeof parsed === 'string')
      throw fail(`, line ${index + 1}: ${parsed}, got '${printable(withoutSecrets(text))}'`);
    if (list.push(parsed) > listedRequests) throw fail(` takes at most ${listedRequests} lines`);
  }
  if (list.length === 0) throw fail(' has no line with a path or a URL');
  return list;
}

/** Returns the request, or what is wrong. */
function parseLine(text: string, base: string, method: string): ListedRequest | string {
  const [, named = method, url = ''] = /^(?:(\S+)\s+)?(\S+)$/.exec(text) ?? [];
  if (url === '') return 'a line takes a method, if any, and a path or URL without spaces';
  if (!methodToken.test(named) || named === 'CONNECT') return 'the method is none to send';
  if (url.startsWith('/')) return { method: named, target: requestTarget(url) };
  if (!URL.canParse(url)) return 'a line takes a path that begins with /, or a URL';
  const { origin, username, password } = new URL(url);
  if (username !== '' || password !== '') return 'give a user and password with -H';
  if (origin !== new URL(base).origin)
    return `a URL must have the host of the command line, ${new URL(base).origin}`;
  return { method: named, target: requestTarget(url) };
}
