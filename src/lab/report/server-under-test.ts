/** The server under test: a process of its own on a fresh store, or one that runs already. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ServerUnderTestError } from './report-errors.js';
import type { ReportOptions } from './report-options.js';

export interface ServerUnderTest extends NonNullable<ReportOptions['server']> {
  /** Present for a server of the report's own. */
  readonly dataDirectory?: string;
  /** Ends a server of the report's own, and removes its store. */
  close(): Promise<void>;
}

const startLimitMs = 20_000;
const endLimitMs = 15_000;

/** @throws ServerUnderTestError */
export async function startServerUnderTest({
  server,
  out,
}: ReportOptions): Promise<ServerUnderTest> {
  if (server) return { ...server, close: async () => {} };
  // Next to the report, and not in a directory for temporary files, which may be in memory.
  const dataDirectory = mkdtempSync(join(out, '.store-'));
  const main = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
  const ports = ['--port', '0', '--admin-port', '0'];
  // Why it does not start is shown to a person.
  const flags = [...ports, '--data', dataDirectory, '--json', '--log', 'text'];
  // A session of its own, so that Ctrl-C reaches it through close() only.
  const child = spawn(process.execPath, [main, 'serve', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const close = async () => {
    await end(child);
    process.off('exit', killWithUs);
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  try {
    const { url, adminUrl } = await firstLine(child);
    return { url, adminUrl, dataDirectory, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reads the line that `serve --json` prints once it listens. */
function firstLine(child: ChildProcess): Promise<{ url: string; adminUrl: string }> {
  let problems = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    problems = (problems + text).slice(-2000);
  });
  return new Promise((resolve, reject) => {
    const fail = (what: string) =>
      reject(
        new ServerUnderTestError(`the server ${what}: ${problems.trim() || 'it said nothing'}`),
      );
    const timer = setTimeout(
      () => fail(`did not start within ${startLimitMs / 1000} s`),
      startLimitMs,
    );
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line));
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endLimitMs);
  await ended;
  clearTimeout(timer);
}
