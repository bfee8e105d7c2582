/** docs/configuration.md, as text: it follows from the table of settings. */
import { defaultLimits } from '../dist/config/limits.js';
import { keyOf, settings, variableOf } from '../dist/config/settings.js';

/** @param limitsSource the source text of limits.ts, whose comments say what each limit means */
export function settingsMarkdown(limitsSource) {
  const code = (text) => (text === undefined ? '' : `\`${text}\``);
  const rows = Object.entries(settings).map(([name, { value, help, defaultText, unit, cost }]) => [
    code(value === undefined ? `--${name}` : `--${name} ${value}`),
    code(variableOf(name)),
    code(keyOf(name)),
    code(defaultText),
    unit,
    help,
    cost,
  ]);
  const limits = Object.entries(defaultLimits)
    .filter(([name]) => name !== 'maxValueBytes' && name !== 'cacheBytes')
    .map(([name, value]) => [code(`limits.${name}`), String(value), commentOf(name, limitsSource)]);
  const columns = ['Flag', 'Variable', 'Key', 'Default', 'Unit', 'Meaning', 'Price of raising it'];
  return `# Configuration

Each setting of \`evenkeel serve\` has a flag, an environment variable and a key in the
configuration file. A flag wins over a variable, a variable over the file, and the file over the
default. An empty variable counts as not set.

${table(columns, rows)}

\`--insecure\` and \`--json\` are switches: the flag has no value, and \`EVENKEEL_JSON=false\` turns
one off that the file turns on. [security.md](security.md) says what \`--insecure\` gives away.

## The configuration file

\`--config FILE\` names a file of JSON. Every key may be left out. An unknown key is refused.

\`\`\`json
{
  "port": 9000,
  "data": "/var/lib/evenkeel",
  "maxValue": "1MiB",
  "limits": { "maxConnections": 1000, "drainMs": 30000 }
}
\`\`\`

## Limits

Bounds that have no flag of their own change by \`--limits drainMs=30000,maxConnections=1000\`,
by the variable \`EVENKEEL_LIMITS\`, or by the object \`limits\` in the file. Each limit by itself
comes from the flag, else the variable, else the file. It is a positive whole number: of bytes if
its name ends in \`Bytes\`, of milliseconds if it ends in \`Ms\`. Limits that contradict each
other are refused at the start.

${table(['Key', 'Default', 'Meaning'], limits)}

\`limits.maxQueuedBytes\` grows to twice \`maxValue\`, and the bound on content in memory to twice
that, unless they are given.
`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A limit without a comment of its own shares the one above it. */
function commentOf(name, source) {
  const before = source.slice(0, source.indexOf(`readonly ${name}:`));
  const comment = before.slice(before.lastIndexOf('/**'), before.lastIndexOf('*/'));
  return comment
    .replace(/^\/\*\*|^\s*\* ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}
