/**
 * Holds the laws of imports: which room may import which, and that no files import each other in a
 * circle. A room is a directory of src/; the laws are those of ARCHITECTURE.md.
 */
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { report, tracked } from './files.mjs';

/**
 * Each room and the rooms it may import, besides itself. The client is a package of its own: it
 * imports nothing but its own files, not even Node's modules, as browsers have none.
 */
const mayImport = {
  'index.ts': ['server', 'lab/load', 'store', 'config'],
  cli: [
    'admin',
    'lab/ab',
    'lab/budget',
    'lab/explain',
    'lab/load',
    'lab/profile',
    'lab/report',
    'server',
    'store',
    'config',
  ],
  admin: ['lab/profile', 'server', 'store', 'statistics', 'config'],
  server: ['store', 'statistics', 'config'],
  store: ['statistics', 'config'],
  statistics: [],
  client: [],
  config: [],
  'lab/report': ['lab/load', 'lab/profile', 'lab/svg', 'config'],
  'lab/ab': ['lab/load', 'config'],
  'lab/budget': ['lab/ab', 'lab/load', 'lab/profile', 'config'],
  'lab/explain': ['lab/load', 'lab/profile', 'config'],
  'lab/load': ['config'],
  'lab/profile': ['lab/svg', 'config'],
  'lab/svg': [],
};
/** The server meets a store through its port, and opens one by its URL: it names no engine. */
const enginesAreHidden = /^src\/store\/(store|statistics|open)\.ts$/;

const files = tracked('src/', 'client/src/').filter((file) => file.endsWith('.ts'));
const imports = new Map(files.map((file) => [file, importsOf(file)]));
const faults = [];
const roomOf = (file) => {
  const [top, first, second] = file.split('/');
  if (top !== 'src') return top;
  return first === 'lab' ? `lab/${second}` : first;
};

for (const [file, targets] of imports)
  for (const target of targets) {
    const [from, to] = [roomOf(file), roomOf(target)];
    if (from !== to && !mayImport[from]?.includes(to))
      faults.push(`${file}: ${from} may not import ${to} (${target})`);
    if (from === 'server' && to === 'store' && !enginesAreHidden.test(target))
      faults.push(`${file}: the server names no engine (${target})`);
  }

const done = new Set();
function walk(file, path) {
  const start = path.indexOf(file);
  if (start >= 0) faults.push(`a circle: ${[...path.slice(start), file].join(' → ')}`);
  if (start >= 0 || done.has(file)) return;
  for (const target of imports.get(file) ?? []) walk(target, [...path, file]);
  done.add(file);
}
for (const file of files) walk(file, []);
report('imports', faults);

/** The files that a file imports; in the client, packages too. */
function importsOf(file) {
  const specifiers = readFileSync(file, 'utf8').matchAll(/(?:from|import|import\()\s*'([^']+)'/g);
  return [...specifiers].flatMap(([, name]) => {
    if (name.startsWith('.'))
      return [posix.join(posix.dirname(file), name.replace(/\.js$/, '.ts'))];
    return name.startsWith('#client') || file.startsWith('client/') ? [name.replace('#', '')] : [];
  });
}
