/** Runs `evenkeel import -`, whose standard input the test writes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { mainFile } from './process.js';

export interface ImportProcess {
  readonly stdin: Writable;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

export function startImport(url: string): ImportProcess {
  const child = spawn(process.execPath, [mainFile, 'import', '--url', url, '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  child.stdin.on('error', () => {});
  const said = text(child.stderr);
  const ended = once(child, 'close').then(async ([code]) => ({ code, stderr: await said }));
  return { stdin: child.stdin, ended };
}
