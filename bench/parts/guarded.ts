/** The cost of tokens and metrics at the peaks. */
import { atLeast, type Measured, type Part } from '../part.js';
import { startGuarded, startUnguarded } from '../peers/guarded.js';
import { median, ratios, spreadOf } from '../support/rounds.js';
import { type Group, measurePeaks } from './measure-peaks.js';

const methods = { GET: 'uniform', PUT: 'rising' } as const;
type Method = keyof typeof methods;
const connections = 64;
const peers = { 'with both': startGuarded, without: startUnguarded };

const groupOf = (method: Method): Group => {
  const order = methods[method];
  return { name: `${method}, ${order}`, order, valueBytes: 100, connections: [connections] };
};

export const guarded: Part = {
  title: 'Peaks with tokens and metrics',
  programs: ['wrk'],
  measure: async (given) => {
    const settings = { ...given, connections: [connections] };
    const get = await measurePeaks('GET', [groupOf('GET')], peers, settings);
    const put = await measurePeaks('PUT', [groupOf('PUT')], peers, settings);
    return { ...get, groups: { ...get.groups, ...put.groups } };
  },
  section: (measured) => ({
    intro: `The peaks of a server with tokens and an admin port, and of one without, in turn. wrk
sends its token with each request to the first. The metrics of that are read once a second. Ratios
are medians over the rounds, with their min and max.`,
    tables: [{ head: ['', 'with both / without'], rows: all(measured).map(({ row }) => row) }],
    bars: all(measured).map(({ bar }) => bar),
  }),
};

function all({ groups }: Measured) {
  return (Object.keys(methods) as Method[]).flatMap((method) => {
    const { name } = groupOf(method);
    const rounds = groups[name];
    if (rounds === undefined) return [];
    const each = ratios(rounds, `c${connections} rate`, 'with both', 'without');
    return {
      row: [name, spreadOf(each, (ratio) => ratio.toFixed(2))],
      bar: atLeast(
        `${name}: the peak with tokens and metrics, times that without`,
        median(each),
        0.95,
      ),
    };
  });
}
