/** The hooks of a script in Lua do what wrk2's do. */
import { describe, expect, it } from 'vitest';
import { Histogram } from '#dist/lab/load/histogram/histogram.js';
import {
  main,
  messageParts,
  nextText,
  plainRequest,
  ready,
  scriptFile,
  written,
} from './harness.js';

const firstLine = (request: string) => request.split('\r\n')[0];

describe('request()', () => {
  it('is made of the fields of wrk if there is none, the same bytes each time', async () => {
    const post = await ready(scriptFile('post.lua'));
    expect(messageParts(nextText(post))).toEqual({
      line: 'POST /start?q=1 HTTP/1.1',
      headers: [
        'Content-Length: 16',
        'Content-Type: application/x-www-form-urlencoded',
        'Host: 127.0.0.1:8080',
      ],
      body: 'foo=bar&baz=quux',
    });
    expect(post.next()).toBe(post.next());
    expect(nextText(await ready(await written('')))).toBe(plainRequest);
  });

  it('is called once before the run in the first thread only', async () => {
    const file = scriptFile('counter.lua');
    expect(firstLine(nextText(await ready(file, [], 0)))).toBe('GET /1 HTTP/1.1');
    expect(firstLine(nextText(await ready(file, [], 1)))).toBe('GET /0 HTTP/1.1');
  });

  it('may change its headers, and may be replaced while it runs', async () => {
    const counter = await ready(scriptFile('counter.lua'), [], 1);
    const sent = [1, 2, 3, 4, 5].map(() => messageParts(nextText(counter)));
    expect(sent.map(({ line }) => line?.split(' ')[1])).toEqual([
      '/0',
      '/1',
      '/2',
      '/3',
      '/second',
    ]);
    expect(sent[1]?.headers).toEqual(['Host: 127.0.0.1:8080', 'X-Counter: 2']);
  });

  it('may return several requests, which are counted', async () => {
    expect((await ready(scriptFile('pipeline.lua'))).requestsPerSend).toBe(3);
    const second = await ready(scriptFile('pipeline.lua'), [], 1);
    nextText(second);
    expect(second.requestsPerSend).toBe(3);
    const chunked = await ready(
      await written(`function request()
        return wrk.format('PUT', '/', { ['Transfer-Encoding'] = 'chunked' })
          .. '3\\r\\nabc\\r\\n0\\r\\n\\r\\n' .. wrk.format() .. '\\r\\n' end`),
    );
    expect(chunked.requestsPerSend).toBe(2);
  });

  it('may be several of which some are HEAD', async () => {
    const batch = await ready(
      await written(`function request()
        return wrk.format('HEAD') .. wrk.format('PUT', '/', nil, 'HEAD / x') .. wrk.format('HEAD')
      end`),
    );
    expect(batch.heads).toEqual([true, false, true]);
    batch.next();
    expect(batch.heads).toEqual([true, false, true]);
  });

  it('is written the LuaJIT way', async () => {
    expect(firstLine(nextText(await ready(scriptFile('lua51.lua'))))).toBe(
      'GET /3/5/1024/60/42/007/abc/3 HTTP/1.1',
    );
  });

  it('uses memory that it gives back', async () => {
    const big = await ready(
      await written(`local n = 0
      function request() n = n + 1 return wrk.format('PUT', '/' .. n, nil, ('x'):rep(1e5)) end`),
    );
    for (let turn = 0; turn < 50; turn++) big.next();
    const before = process.memoryUsage().rss;
    for (let turn = 0; turn < 1200; turn++) big.next();
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

describe('a file', () => {
  it('may begin with a byte order mark, and a line for the shell behind it', async () => {
    const marked = await ready(await written('\ufeff#!/usr/bin/wrk\nwrk.path = "/marked"'));
    expect(firstLine(nextText(marked))).toBe('GET /marked HTTP/1.1');
  });
});

describe('init()', () => {
  it('gets the URL in place 0 and then the arguments', async () => {
    const sent = messageParts(nextText(await ready(scriptFile('arguments.lua'), ['/ü', 'b', 'c'])));
    expect(Buffer.from(sent.line ?? '', 'latin1').toString()).toBe('GET /ü HTTP/1.1');
    expect(sent.headers).toContain('X-Url: http://127.0.0.1:8080/start?q=1');
    expect(Buffer.from(sent.headers[1] ?? '', 'latin1').toString()).toBe('X-Arguments: /ü,b,c');
  });
});

describe('response()', () => {
  it('is asked for only if the script has one', async () => {
    expect((await ready(scriptFile('post.lua'))).onResponse).toBeUndefined();
  });

  it('gets status, headers and body, and what it keeps goes into the next request', async () => {
    const token = await ready(scriptFile('token.lua'));
    expect(firstLine(nextText(token))).toBe('GET /login HTTP/1.1');
    token.onResponse?.(200, { 'X-Token': 'abc', Date: 'x' }, Buffer.from('{}'));
    const sent = messageParts(nextText(token));
    expect([sent.line, sent.headers[1]]).toEqual(['GET /resource HTTP/1.1', 'X-Token: abc']);
  });

  it('gets every byte of the body, and request() sends every byte of its own', async () => {
    const bytes = await ready(scriptFile('bytes.lua'));
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(messageParts(nextText(bytes)).body).toBe(all.toString('latin1'));
    bytes.onResponse?.(200, {}, all);
    expect(bytes.getGlobal('same')).toBe(1);
  });

  it('counts bodies larger than any before', async () => {
    const check = await ready(scriptFile('check-response.lua'));
    for (const size of [0, 1, 100_000, 3_000_000, 7])
      check.onResponse?.(200, { 'Content-Length': '1' }, Buffer.alloc(size));
    expect([check.getGlobal('answers'), check.getGlobal('bytes')]).toEqual([5, 3_100_008]);
    expect(() => check.onResponse?.(404, {}, Buffer.alloc(0))).toThrow(
      /:9: status 404 \(in response\(\)\)$/,
    );
  });
});

describe('delay()', () => {
  it('is asked for each request, and only if the script has one', async () => {
    const { delayMs } = await ready(scriptFile('delay.lua'));
    expect([delayMs?.(), delayMs?.(), delayMs?.(), delayMs?.()]).toEqual([0, 5, 10, 0]);
    expect((await ready(scriptFile('post.lua'))).delayMs).toBeUndefined();
  });
});

describe('done()', () => {
  const errors = { connect: 1, read: 2, write: 3, status: 4, timeout: 5 };

  it('gets the summary, and latency and requests with all their members', async () => {
    const [latency, requests] = [new Histogram(), new Histogram()];
    for (let us = 1; us <= 1000; us++) latency.record(us);
    requests.record(77);
    const file = await written(`
      function done(s, latency, requests)
        local e = s.errors
        assert(s.duration == 9 and s.requests == 8 and s.bytes == 7)
        assert(e.connect == 1 and e.read == 2 and e.write == 3 and e.status == 4 and e.timeout == 5)
        assert(latency.min == 1 and latency.max == 1000 and #latency == 1000)
        assert(math.abs(latency.mean - 500.5) < 1 and math.abs(latency.stdev - 288.7) < 1)
        assert(latency:percentile(50) == 500 and latency:percentile(99.9) == 999)
        assert(latency:percentile('100') == 1000)
        assert(latency[1] == 1 and latency[250] == 250 and latency[#latency] == 1000)
        assert(#requests == 1 and requests.max == 77 and requests[1] == 77)
        assert(latency.nothing == nil)
        error('reached ' .. latency:percentile(90), 0)
      end`);
    const done = (await main(file)).done(
      { duration: 9, requests: 8, bytes: 7, errors },
      latency,
      requests,
    );
    await expect(done).rejects.toThrow('reached 900');
  });

  it('goes through the values that occurred, each with how often', async () => {
    const [latency, requests] = [new Histogram(), new Histogram()];
    for (const us of [7, 7, 7, 9, 1_000_001]) latency.record(us);
    const file = await written(`
      function done(s, latency, requests)
        local seen = {}
        for i = 1, #latency do
          local value, count = latency(i)
          seen[#seen + 1] = value .. ' x ' .. count
        end
        local f = io.tmpfile()
        f:write('kept')
        f.close()
        f:seek('set')
        error(table.concat(seen, ', ') .. '; ' .. #requests .. '; ' .. f:read('*a'), 0)
      end`);
    const summary = { duration: 9, requests: 8, bytes: 7, errors };
    await expect((await main(file)).done(summary, latency, requests)).rejects.toThrow(
      '7 x 3, 9 x 1, 1000001 x 1; 0; kept',
    );
  });

  it('may be absent', async () => {
    const state = await main(scriptFile('post.lua'));
    await state.done(
      { duration: 9, requests: 8, bytes: 7, errors },
      new Histogram(),
      new Histogram(),
    );
  });
});
