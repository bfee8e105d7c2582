/** The tests of the command share a PUT that must pass, and the shape of a line for people. */
import { expect } from 'vitest';
import { entityUrl } from './http.js';

export async function put(url: string, id: string, value: string): Promise<void> {
  expect((await fetch(entityUrl(url, id), { method: 'PUT', body: value })).status).toBe(201);
}

/** One line that is for the operator: it names the program, and shows no stack. */
export function expectOneLine(stderr: string, ...parts: string[]): void {
  expect(stderr).toMatch(/^evenkeel: [^\n]+\n$/);
  expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
  for (const part of parts) expect(stderr).toContain(part);
}
