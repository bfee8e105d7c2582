/**
 * Known ways to make two parsers disagree about a request or its end, each with its expected
 * outcome: how many responses of which status, and which keys are stored. On either lane, alone and
 * behind a request that the fast lane takes.
 */
import { describe, expect, test } from 'vitest';
import { parseAnswers } from '../../support/http.js';
import { type Lanes, sharedServer } from '../harness.js';
import { play } from './play.js';
import { behind, crlf, smugglingCases } from './smuggling-cases.js';
import { empty, stored } from './stores.js';

describe.each<Lanes>(['both', 'full'])('lanes: %s', (lanes) => {
  const server = sharedServer({}, lanes);
  const first = `DELETE /v0/entity?id=first HTTP/1.1${crlf}Host: localhost${crlf}${crlf}`;

  test.each(smugglingCases)('%s', async (_, bytes, statuses, keys) => {
    // A tunnel that is asked for behind a request that runs cuts it off.
    const befores = bytes.startsWith('CONNECT') ? [''] : ['', first];
    // Bytes read at once and in two pieces are not the same to node:http.
    const content = bytes.indexOf(crlf + crlf) + 4;
    for (const [before, cut] of befores.flatMap((before) => [
      [before, 0] as const,
      [before, content] as const,
    ])) {
      const rest = bytes.slice(cut) + (bytes.endsWith(behind) ? '' : behind);
      const pieces = [before + bytes.slice(0, cut), rest].filter((piece) => piece !== '');
      const { received, end } = await play(
        server.url,
        { pieces, endsAtOnce: true },
        { quietMs: 40, turns: 4 },
      );
      const seen = parseAnswers(received).map(({ status }) => status);
      const lines = await stored(server.url);
      await empty(server.url, lines);
      const found = lines.map((line) => (JSON.parse(line) as { key: string }).key);
      expect([seen, found, end]).toStrictEqual([
        [...(before ? [202] : []), ...statuses],
        keys,
        'closed',
      ]);
    }
  });
});
