/** The trials and their outcomes, as Markdown. */
import { knownReason } from './known.js';
import { type Rule, shown } from './rule.js';
import type { Trial } from './run.js';

/** @param names of the servers, in the order of the outcomes */
export function table(trials: readonly Trial[], names: readonly string[], notes: string): string {
  const rules = [...new Set(trials.map(({ rule }) => rule))];
  return `# Hostile requests

${notes}

A cell says how many of the trials kept the rule. The columns of peers are for comparison.

${rows(
  ['Section', 'Level', 'Rule', 'Inputs', ...names],
  rules.map((rule) => {
    const own = trials.filter((trial) => trial.rule === rule);
    const cells = names.map((_, at) => kept(own, at));
    return [rule.section, rule.level, rule.claim, String(rule.inputs.length), ...cells];
  }),
)}

## Rules that Evenkeel does not keep

${faultsOf(trials).join('\n') || 'None.'}

## Each input

\`whole\` is in one write; \`bytes\` is one byte in each write. An outcome lists the statuses of all
responses. The last 200 is that of the request behind the input.

${rules.map((rule) => inputsOf(rule, trials, names)).join('\n')}`;
}

function kept(trials: readonly Trial[], at: number): string {
  const good = trials.filter(({ outcomes }) => outcomes[at]?.fault === undefined).length;
  return good === trials.length ? 'all' : `${good} of ${trials.length}`;
}

/** The faults of the first two servers, a line each. */
export function faultsOf(trials: readonly Trial[]): string[] {
  return trials.flatMap((trial) => {
    const fault = trial.outcomes.slice(0, 2).find((outcome) => outcome.fault !== undefined)?.fault;
    if (fault === undefined) return [];
    const { rule, input, delivery } = trial;
    const reason = knownReason(trial);
    const why = reason === undefined ? '' : ` (${reason})`;
    return [
      `- ${rule.level} ${rule.section}, ${rule.claim}: ${input[0]}, ${delivery}: ${fault}${why}`,
    ];
  });
}

function inputsOf(rule: Rule, trials: readonly Trial[], names: readonly string[]): string {
  const own = trials.filter((trial) => trial.rule === rule);
  return `### ${rule.section}: ${rule.claim}

${rule.level}. Kept by ${rule.allowed.map((pattern) => `\`${pattern}\``).join(', ')}.

${rows(
  ['Input', 'Sent', 'Bytes', ...names],
  own.map(({ input: [name, bytes], delivery, outcomes }) => [
    cell(name),
    delivery,
    cell(shown(bytes)),
    ...outcomes.map((outcome) => cell(outcome.shown + (outcome.fault === undefined ? '' : ' ✗'))),
  ]),
)}
`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function rows(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
}
