/** The figures of the cluster as tables. */
import type { Measured, Table } from '../part.js';
import { middle, type Rounds, ratios, spreadOf, valuesOf } from '../support/rounds.js';
import { ms, thousands } from '../write/numbers.js';
import { gatheringCases, nameOf } from './gathering.js';
import { methods } from './points.js';
import { bucketCounts } from './prepare.js';

const whole = (value: number) => thousands(value);
const fraction = (value: number) => value.toFixed(2);

export function pointTable(rounds: Rounds | undefined): Table {
  const rows = methods.flatMap((method) =>
    ['driver alone', 'gateway'].map((side) => {
      const of = (figure: string) => middle(rounds, `${method} ${figure}`, side);
      return [
        method,
        side,
        spreadOf(valuesOf(rounds, `${method} rate`, side), whole),
        side === 'gateway'
          ? spreadOf(ratios(rounds ?? {}, `${method} rate`, side, 'driver alone'), fraction)
          : '1',
        ms(of('p50')),
        ms(of('p99')),
        whole(of('own cpu')),
        whole(of('nodes cpu')),
        fraction(of('cores elsewhere')),
      ];
    }),
  );
  const rates = ['request', 'side', 'per second', 'times the driver alone'];
  const cpu = ['its CPU, µs', 'CPU of the nodes, µs', 'cores elsewhere'];
  return { head: [...rates, 'p50 ms', 'p99 ms', ...cpu], rows };
}

export function rangeTable(rounds: Rounds | undefined, entities: number): Table {
  const rows = bucketCounts.map((buckets) => {
    const of = (figure: string) => valuesOf(rounds, figure, String(buckets));
    const cpu = (range: string, format: (value: number) => string) =>
      ['own', 'nodes']
        .map((whose) => format(middle(rounds, `${range} ${whose} cpu`, String(buckets))))
        .join(' / ');
    return [
      String(buckets),
      spreadOf(of('short p50'), ms),
      cpu('short', (us) => ms(us / 1000)),
      spreadOf(of('whole seconds'), fraction),
      cpu('whole', (us) => us.toFixed(1)),
    ];
  });
  const short = ['range of 100, p50 ms', 'its CPU: gateway / nodes, ms'];
  const long = [`range of ${whole(entities)}, s`, 'CPU per entity: gateway / nodes, µs'];
  return { head: ['buckets', ...short, ...long], rows };
}

export function gatheringTable({ groups }: Measured): Table {
  const rows = gatheringCases.map((one) => {
    const rounds = groups[nameOf(one)];
    const cpu = (whose: string) =>
      ['apart', 'gathered'].map((side) => whole(middle(rounds, `${whose} cpu`, side))).join(' / ');
    return [
      String(one.buckets),
      String(one.connections),
      fraction(middle(rounds, 'share', 'gathered')),
      whole(middle(rounds, 'rate', 'apart')),
      spreadOf(ratios(rounds ?? {}, 'rate', 'gathered', 'apart'), fraction),
      ['apart', 'gathered'].map((side) => ms(middle(rounds, 'p99', side))).join(' / '),
      cpu('own'),
      cpu('nodes'),
    ];
  });
  const before = ['buckets', 'connections', 'writes per statement', 'PUT/s, apart'];
  const after = ['gathered, times apart', 'p99 ms', 'CPU of the gateway, µs'];
  return { head: [...before, ...after, 'CPU of the nodes, µs'], rows };
}
