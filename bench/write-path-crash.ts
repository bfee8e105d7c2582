/**
 * The crash check of the journal: writers, `kill -9` at a random moment, replay; every key must hold what its last acknowledged write
 * left, or the one after, which was in flight. In its life, each key reads as it was last written. The system stays up, so this shows that replay finds what left the process; that
 * it is on the disk is O_DSYNC's promise.
 *
 *   npm run bench:write-path-crash -- [--rounds 50] [--folder DIR]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missed } from './support/rounds.js';
import { isAfter, journalOf, keyOf, type Life } from './write-path/crash-life.js';
import { JournalStore } from './write-path/journal-store.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, folder: { type: 'string', default: tmpdir() } },
});
const keys = 64;
/** From the start of the process, most of whose first half is Node's own. */
const longestLifeMs = 800;
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(values.folder, 'evenkeel-crash-'));
const notes = join(folder, 'notes');
/** By key: the number of the last write that is known to have happened. */
const state = new Array<number>(keys).fill(0);
const wrong: string[] = [];
let acknowledged = 0;

try {
  for (let round = 1; round <= rounds; round++) {
    acknowledged += await liveAndDie();
    // Where nobody looks, the next life replays, and may be killed while it does.
    if (round % 3 === 0 || round === rounds) await check(round);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(
  `${rounds} kills, ${acknowledged} writes acknowledged, ${wrong.length} things wrong\n${wrong.map((text) => `${text}\n`).join('')}`,
);
process.exitCode = wrong.length === 0 && acknowledged > 0 ? 0 : missed;

/** One life of the writing process. Enters what was acknowledged, and returns how many writes that were. */
async function liveAndDie(): Promise<number> {
  const life = { folder, notes, keys, next: state.map((number) => number + 1) } satisfies Life;
  const path = fileURLToPath(new URL('./write-path/crash-child.js', import.meta.url));
  writeFileSync(notes, '');
  const child = fork(path, [JSON.stringify(life)]);
  const closed = once(child, 'exit');
  await sleep(Math.random() * longestLifeMs);
  child.kill('SIGKILL');
  const [code, signal] = await closed;
  if (signal !== 'SIGKILL') wrong.push(`a life ended by itself, with ${code}`);
  const lines = readFileSync(notes, 'latin1').split('\n').slice(0, -1);
  for (const line of lines) {
    const [key, number] = line.split(' ').map(Number) as [number, number];
    state[key] = number;
  }
  return lines.length;
}

async function check(round: number): Promise<void> {
  const store = await JournalStore.open(folder, journalOf());
  for (const [key, number] of state.entries()) {
    const held = (await store.get(keyOf(key)))?.value;
    if (isAfter(key, number, held)) continue;
    if (isAfter(key, number + 1, held)) state[key] = number + 1;
    else wrong.push(`round ${round}: key ${key} is not as after write ${number} or ${number + 1}`);
  }
  await store.close();
}
