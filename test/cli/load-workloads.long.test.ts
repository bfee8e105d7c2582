/** The built-in work: against the store, and against a service that keeps what arrives. */
import { describe, expect, it } from 'vitest';
import { entityUrl } from '../support/http.js';
import { measure, noErrors } from '../support/load.js';
import { startRecording } from '../support/recording-service.js';
import { serveHere } from '../support/serve.js';

const short = ['-t2', '-c4', '-d500ms', '-R400'];
const keyOf = (path: string) => new URL(path, 'http://a').searchParams.get('id') ?? '';

describe('against the store', () => {
  it('get finds what put wrote, in any order and mix, without one error', async () => {
    const { url } = await serveHere();
    const keys = ['--key-space', '20', '--value-bytes', '1KiB'];
    const put = await measure(...short, '--workload', 'put', ...keys, url);
    expect(put.record.errors).toEqual(noErrors);
    for (const number of [0, 7, 19]) {
      const response = await fetch(entityUrl(url, `key${String(number).padStart(13, '0')}`));
      expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 1024]);
    }
    expect((await fetch(entityUrl(url, 'key0000000000020'))).status).toBe(404);
    const readings = [
      ['get', 'sequential'],
      ['mixed:50/50', 'uniform'],
      ['get', 'zipfian'],
    ] as const;
    let completed = 0;
    for (const [workload, order] of readings) {
      const flags = ['--workload', workload, '--keys', order];
      const { record } = await measure(...short, ...flags, ...keys, url);
      expect(record.errors).toEqual(noErrors);
      completed += record.requests.completed;
    }
    expect(completed).toBeGreaterThan(0);
  });

  it('get of what was never put is answered with 404, which is an error', async () => {
    const { url } = await serveHere();
    const { record, text } = await measure(
      '-t1',
      '-c2',
      '-d500ms',
      '-R100',
      '--workload',
      'get',
      url,
    );
    expect(record.errors).toEqual({ ...noErrors, status: record.requests.completed });
    expect(text).toMatch(/^ {2}Non-2xx or 3xx responses: \d+$/m);
    expect(record.verdict.valid).toBe(false);
  });
});

describe('what arrives', () => {
  async function arrived(...flags: string[]) {
    const { url, received } = await startRecording();
    await measure(...short, ...flags, '-H', 'X-Run: 7', `${url}/base/`);
    for (const { path, headers, body, method } of received) {
      expect(path).toMatch(/^\/base\/v0\/entity\?id=key\d{13}$/);
      expect(headers['x-run']).toBe('7');
      expect(body).toHaveLength(method === 'PUT' ? 20 : 0);
    }
    return received.map(({ method, path }) => `${method} ${keyOf(path)}`);
  }

  it('of a mix has both methods in its shares', async () => {
    const requests = await arrived(
      '--workload',
      'mixed:50/50',
      '--keys',
      'uniform',
      '--value-bytes',
      '20',
    );
    const puts = requests.filter((request) => request.startsWith('PUT ')).length;
    // Within five standard deviations of a half.
    expect(Math.abs(puts / requests.length - 0.5)).toBeLessThan(2.5 / Math.sqrt(requests.length));
  });
});
