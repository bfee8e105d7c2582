/** Atomic batches: all of their lines are done, or none is. */
import { expect, test } from 'vitest';
import { maxAtomicBytes, maxAtomicOperations, maxBatchLineBytes } from '#dist/config/limits.js';
import { RawConnection, request } from '../../support/http.js';
import { lines, numbered, post, putting, resultsOf } from '../batch-client.js';
import { expectProblem, rawOf, storedKeys } from '../harness.js';
import type { ServedStore } from './served-store.js';

export function atomicBatchSuite(served: ServedStore): void {
  if (served.capabilities.atomicBatches) takenBatches(served);
  else refusedBatches(served);
}

function takenBatches(served: ServedStore): void {
  test('all lines are done, or none, and the response says at which it failed', async () => {
    const server = await served.start();
    const done = lines(putting('a'), putting('b'), { key: 'c', delete: true });
    expect(await resultsOf(await post(server.url, done, '?atomic=true'))).toMatchObject([
      { status: 201 },
      { status: 201 },
      { status: 202, existed: false },
    ]);
    const undone = lines(
      putting('c'),
      { key: 'a', delete: true },
      { ...putting('b'), ifNoneMatch: '*' },
    );
    const response = await post(server.url, `\n${undone}`, '?atomic=true');
    expect(response.status).toBe(412);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 412,
      index: 2,
      detail: expect.stringMatching(/^line 4: .*no line was done/),
    });
    expect(await storedKeys(server.url)).toEqual(['a', 'b']);
  });

  test('the connection goes on behind a batch that was read whole, and was refused', async () => {
    const { url } = await served.start();
    const connection = new RawConnection(url);
    const content = `${lines({ key: 'a', delete: true, ifMatch: '*' })}\n`;
    const chunks = `${content.length.toString(16)}\r\n${content}\r\n0\r\n\r\n`;
    const head = request('POST', '/v0/entities?atomic=true', ['Transfer-Encoding: chunked']);
    const answer = await connection.ask(head + chunks);
    expect([answer.status, answer.headers.get('connection')]).not.toContain('close');
    expect(answer.status).toBe(412);
    expect((await connection.ask(request('GET', '/v0/entity?id=a'))).status).toBe(404);
  });

  test('a line that is wrong, or too many of them, and none is done', async () => {
    const server = await served.start();
    const half = 'v'.repeat(600_000);
    const cases: [string, number, RegExp][] = [
      [`${lines(putting('a'))}\nno JSON`, 400, /^line 2: the line is not JSON/],
      [lines(putting('a'), { key: 'b' }), 400, /^line 2: the line needs a value/],
      [
        numbered(maxAtomicOperations + 1)
          .map((key) => lines(putting(key)))
          .join('\n'),
        413,
        /1000/,
      ],
      [
        numbered(Math.ceil(maxAtomicBytes / half.length))
          .map((key) => lines(putting(key, half)))
          .join('\n'),
        413,
        /at most 16777216 bytes/,
      ],
      [lines(putting('a'), putting('b', 'v'.repeat(maxBatchLineBytes))), 413, /^line 2: a line/],
    ];
    for (const [body, status, detail] of cases)
      expectProblem(await rawOf(await post(server.url, body, '?atomic=true')), status, detail);
    expect(await storedKeys(server.url)).toEqual([]);
    const most = numbered(maxAtomicOperations).map((key) => lines(putting(key, 'v'.repeat(9000))));
    expect(await resultsOf(await post(server.url, most.join('\n'), '?atomic=true'))).toHaveLength(
      1000,
    );
    expect(await storedKeys(server.url)).toHaveLength(1000);
  });
}

function refusedBatches(served: ServedStore): void {
  test('an atomic batch is a 501, whatever it holds, and none is done', async () => {
    const { url } = await served.start();
    for (const body of [lines(putting('a'), putting('b')), 'no JSON', ''])
      expectProblem(await rawOf(await post(url, body, '?atomic=true')), 501, /no atomic batches/);
    expect(await storedKeys(url)).toEqual([]);
  });
}
