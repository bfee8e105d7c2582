/** A comparison in words: figures with their units, changes with their sign, and the outcome. */
import type { AbRecord } from '../ab-record.js';
import type { FigureName } from '../figures.js';

export type RecordedChange = AbRecord['changes'][number];

const names: Readonly<Record<FigureName, string>> = {
  p50: 'latency p50',
  p90: 'latency p90',
  p99: 'latency p99',
  'p99.9': 'latency p99.9',
  cpu: 'CPU per request',
  responseBytes: 'bytes received per request',
  writtenBytes: 'bytes written per request',
};

export function nameOf(figure: FigureName): string {
  return names[figure];
}

export function amountOf(figure: FigureName, amount: number): string {
  if (figure.endsWith('Bytes')) return `${amount.toFixed(1)} B`;
  return figure === 'cpu' ? `${amount.toFixed(1)} µs` : `${(amount / 1000).toFixed(3)} ms`;
}

/** `+9.0 %`; a share that is not known is a dash. */
export function signed(share: number | undefined): string {
  if (share === undefined) return '–';
  const percent = (100 * share).toFixed(1);
  return `${share > 0 && percent !== '0.0' ? '+' : ''}${percent.replace(/^-0\.0$/, '0.0')} %`;
}

export function intervalOf({ low, high }: RecordedChange): string {
  return low === undefined || high === undefined ? '–' : `${signed(low)} … ${signed(high)}`;
}

export function smallestOf({ smallest }: RecordedChange): string {
  return smallest === undefined ? '–' : `${(100 * smallest).toFixed(1)} %`;
}

/** `same within 2.1 %`: the larger end of the interval. */
export function judgementOf({ judgement, low = 0, high = 0 }: RecordedChange): string {
  if (judgement !== 'same') return judgement;
  return `same within ${(100 * Math.max(-low, high, 0)).toFixed(1)} %`;
}

export function outcomeOf({ outcome, changes, unfair, ended, rounds }: AbRecord): string {
  const named = (wanted: string) =>
    changes
      .flatMap(({ figure, judgement }) => (judgement === wanted ? [nameOf(figure)] : []))
      .join(', ');
  const early = ended === 'signal' ? ' (ended by a signal)' : '';
  switch (outcome) {
    case 'unfair':
      return `Not fair${early}: A differs from itself in ${unfair.map(nameOf).join(', ')}.`;
    case 'worse':
      return `B is worse${early}: ${named('worse')}.`;
    case 'better':
      return `B is better${early}: ${named('better')}.`;
    case 'same':
      return `B is the same${early}, within what is tolerated.`;
    case "can't tell": {
      if (changes.length === 0) return `Can't tell${early}: the runs have no figure in common.`;
      const more = ended === 'budget' ? '; a larger --budget or longer runs (-d) find more' : '';
      return `Can't tell after ${rounds.length} rounds${early}: ${named("can't tell")}${more}.`;
    }
  }
}

/** How the rounds were made, in a sentence. */
export function aboutOf({ calibration, rounds, options, plan }: AbRecord): string {
  const each = `2 × ${options.durationMs / 1000} s`;
  const rate = `${options.ratePerSecond} requests per second`;
  return (
    `${rounds.length} rounds of ${each} at ${rate}, after ${calibration.length} of A against A. ` +
    `Changes within ${100 * plan.tolerance} % are tolerated; ` +
    `${100 * plan.alarmShare} % of comparisons of equal builds find one.`
  );
}
