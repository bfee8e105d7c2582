/**
 * Holds how we write: 100 columns, no file above 300 lines, 25 words a sentence, and the word list. The words are those that
 * once stood for something the field has a name for, and turns of phrase that slow a reader down.
 */
import { readFileSync } from 'node:fs';
import { report, tracked } from './files.mjs';

const maxColumns = 100;
const maxLines = 300;
const maxWords = 25;

/** Made by programs, or copied as they are. */
const exempt =
  /^(reports\/|bench\/results\/|LICENSE|package-lock|.*\.json$|.*\.svg$|.*\.pem$|test\/.*\.(txt|map)$|check\/)/;
const isCode = /\.(ts|mts|mjs|js|lua)$|^\.ci\//;

/** Written by a program, with lists of versions and settings. */
const measured = 'bench/RESULTS.md';

/** Wrong words, and what to write in their place. */
const words = [
  [/\bis no (?!longer|more than|less than|later)/, '"is not a"'],
  [
    /\b(requests?|times|writes|reads|commits|responses|bytes|PUTs?|GETs?|k) a second\b/,
    '"per second"',
  ],
  [/\b(anew|meanwhile|beside)[.;:]?\s*(\*\/)?$/, 'another last word'],
  [/\bfolders?\b/i, '"directory"'],
  [/\b(most|least)[A-Z]\w*/, 'max… or min…'],
  [/\b(on)?Answers?\b(?! (is|me|the)\b)/, '"response"'],
  [/\b(an|the|each|first|last|every|no|one) answers?\b/, '"response"'],
  [
    /\b(makeFirstRoom|Unfit|StoreShape|shapeOf|tellCommit|usualServiceUs|listeningShare)\b/,
    'the name in use',
  ],
  [/\b(SilenceWatch|ScriptConductor|DebugServer|debug-server)\b|\/debug\//, 'the name in use'],
];
/** Openings of a sentence. A heading, and a question, may begin so. */
const openings = /(^|[.!?]\s+)(Of|What|Who|Beside)\s(?!.*\?)/;

const faults = [];
for (const file of tracked('.').filter((name) => !exempt.test(name))) {
  const text = readFileSync(file, 'utf8');
  if (text.includes('\0')) continue;
  const lines = text.split('\n');
  if (isCode.test(file) && lines.length - 1 > maxLines)
    faults.push(`${file}: ${lines.length - 1} lines; split it, ${maxLines} at most`);
  const prose = file.endsWith('.md');
  for (const [sentence, words] of prose && file !== measured ? longSentences(text) : [])
    faults.push(
      `${file}: ${words} words: ${sentence.slice(0, 60)}…; split it, ${maxWords} at most`,
    );
  let fenced = false;
  for (const [index, line] of lines.entries()) {
    const at = `${file}:${index + 1}`;
    if (prose && line.startsWith('```')) fenced = !fenced;
    if (line.length > maxColumns && !(prose && mayBeLong(line, fenced)))
      faults.push(`${at}: ${line.length} columns`);
    if (fenced) continue;
    for (const [wrong, right] of words)
      if (wrong.test(line)) faults.push(`${at}: "${line.match(wrong)[0].trim()}": write ${right}`);
    const sentence = prose ? (/^[#|]/.test(line) ? '' : line) : commentOf(line);
    const opening = openings.exec(sentence);
    if (opening) faults.push(`${at}: a sentence begins with "${opening[2]}"`);
  }
}
report('text', faults);

/** Sentences of paragraphs and list items. What stands in backquotes counts as one word. */
function longSentences(text) {
  const isProse = (line) => !/^(#|\||!\[|<!--)/.test(line);
  const kept = text.replace(/^```[\s\S]*?^```/gm, '').split('\n');
  return kept
    .map((line) => (isProse(line) ? line : ''))
    .join('\n')
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)/)
    .flatMap((paragraph) => paragraph.replace(/`[^`]*`/g, 'code').split(/(?<=[.!?][)"”*]*)\s+/))
    .map((sentence) =>
      sentence
        .replace(/\]\([^)]*\)/g, ']')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .map((sentence) => [sentence, sentence.match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0])
    .filter(([, words]) => words > maxWords);
}

/** Tables and links stay whole, and so does what a program printed. */
function mayBeLong(line, fenced) {
  return fenced || line.startsWith('|') || /\]\([^)]*\)|https?:\/\/|^\[/.test(line);
}

function commentOf(line) {
  return /^\s*(?:\/\*\*?|\*|\/\/|#|--)\s+(.*)$/.exec(line)?.[1] ?? '';
}
