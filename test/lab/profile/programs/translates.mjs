// Translates TypeScript in memory, as loaders do, and runs the service so.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

export function resolve(specifier, context, next) {
  return next(specifier.replace(/^(\.\/pricing)\.js$/, '$1.ts'), context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { default: ts } = await import('typescript');
  const { ES2023 } = ts.ScriptTarget;
  const { outputText: source } = ts.transpileModule(await readFile(new URL(url), 'utf8'), {
    compilerOptions: { target: ES2023, module: ts.ModuleKind.ESNext, inlineSourceMap: true },
    fileName: fileURLToPath(url),
  });
  return { format: 'module', source, shortCircuit: true };
}

// The hooks have a thread of their own.
if (isMainThread) {
  register(import.meta.url);
  await import('../service/server.ts');
}
