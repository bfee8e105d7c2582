/**
 * Scripts written for LuaJIT find what they know: each fact about its library is here what wrk said
 * it is. `npm run test:lua-oracle` asks wrk again.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { ScriptExit } from '#dist/lab/load/load-errors.js';
import { temporaryDirectory } from '../../../../support/directory.js';
import { source } from '../harness.js';
import { readFacts, readRecorded, readResults } from './answers.js';

const facts = readFacts(new URL('facts.txt', import.meta.url));
const recorded = readRecorded(new URL('recorded.txt', import.meta.url));

it(`${facts.length} facts about LuaJIT's library are as wrk has them`, async () => {
  expect(facts.length).toBeGreaterThanOrEqual(300);
  const results = join(await temporaryDirectory(), 'results');
  onTestFinished(() => {
    delete process.env.FACTS;
    delete process.env.RESULTS;
  });
  process.env.FACTS = fileURLToPath(new URL('facts.txt', import.meta.url));
  process.env.RESULTS = results;
  const script = fileURLToPath(new URL('evaluate.lua', import.meta.url));
  await expect(source(script)).rejects.toThrow(ScriptExit);
  const found = readResults(results);
  expect(facts.map(({ code }, index) => [code, found[index]])).toEqual(
    facts.map(({ code }) => [code, recorded.get(code)]),
  );
});
