/** GET behind TLS at its peak, next to nginx with the same certificate and cipher. */
import type { Measured, Part, Table } from '../part.js';
import { startEvenkeel } from '../peers/evenkeel.js';
import { agreed, startConstantTls, startEvenkeelTls } from '../peers/tls.js';
import { ratios, spreadOf } from '../support/rounds.js';
import { type Group, measurePeaks } from './measure-peaks.js';
import { plot, tables } from './peaks.js';

const groups: readonly Group[] = [
  { name: 'uniform, 100 B', order: 'uniform', valueBytes: 100, connections: [64, 20] },
  { name: 'uniform, 4 KiB', order: 'uniform', valueBytes: 4096, connections: [64] },
];

/** Evenkeel is the one behind TLS, which the tables compare the others with. */
const peers = {
  nginx: startConstantTls,
  evenkeel: startEvenkeelTls,
  'in the clear': (options: Parameters<typeof startEvenkeel>[0]) => startEvenkeel(options),
};

export const tlsPeak: Part = {
  title: 'GET peak over TLS',
  programs: ['wrk', 'nginx', 'openssl'],
  measure: async (settings) => {
    const measured = await measurePeaks('GET', groups, peers, settings);
    return { ...measured, settings: { ...measured.settings, TLS: agreed ?? 'none' } };
  },
  section: (measured) => ({
    intro: `As the GET peak, over connections that stay open: a handshake is not part of it. nginx
has one worker, and returns a constant of the same length. Both have one certificate, and agree
with wrk on the same version and cipher, which the last line names. “in the clear” is Evenkeel
without TLS. A ratio of two peers is the median over the rounds, with its min and max.`,
    tables: [...tables(measured, groups, 'response'), ratioTable(measured)],
    bars: [],
    plots: { 'tls.svg': plot('GET peak over TLS', measured, groups) },
  }),
};

function ratioTable({ groups: measured }: Measured): Table {
  const rows = groups.flatMap(({ name, connections }) => {
    const rounds = measured[name];
    if (rounds === undefined) return [];
    const measuredCounts = connections.filter(
      (count) => rounds.evenkeel?.[0]?.[`c${count} rate`] !== undefined,
    );
    return measuredCounts.map((count) => [
      `${name}, ${count} connections`,
      ...['nginx', 'in the clear'].map((other) =>
        spreadOf(ratios(rounds, `c${count} rate`, 'evenkeel', other), (ratio) => ratio.toFixed(2)),
      ),
    ]);
  });
  return { head: ['evenkeel over TLS', '× nginx over TLS', '× in the clear'], rows };
}
