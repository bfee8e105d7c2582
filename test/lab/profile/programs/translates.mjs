// Translates a program in memory, as loaders of TypeScript do: it comes to stand five lines lower.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const source = await readFile(new URL(url), 'utf8');
  // Five lines from nowhere; then each line is of the next line of the source.
  const mappings = `;;;;;AAAA${';AACA'.repeat(source.split('\n').length)}`;
  const map = JSON.stringify({ version: 3, sources: [url], names: [], mappings });
  const dataUrl = `data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  const text = `${'\n'.repeat(5)}${source}\n//# sourceMappingURL=${dataUrl}`;
  return { format: 'module', source: text, shortCircuit: true };
}

// The hooks have a thread of their own.
if (isMainThread) {
  register(import.meta.url);
  await import('./translated.ts');
}
