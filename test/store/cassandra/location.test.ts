/** The location of a cluster, and how a wrong one is refused. */
import { expect, test } from 'vitest';
import { parseLocation } from '#dist/store/cassandra/location.js';

test('a location names nodes, a keyspace and a datacentre', () => {
  expect(parseLocation('cassandra://10.0.0.1,db.example:9043,[::1]/evenkeel?dc=dc1')).toEqual({
    contactPoints: ['10.0.0.1', 'db.example:9043', '[::1]'],
    keyspace: 'evenkeel',
    datacenter: 'dc1',
  });
});

test('without a datacentre, it is the one that Cassandra names by default', () => {
  expect(parseLocation('cassandra://a/b_1').datacenter).toBe('datacenter1');
});

test.each([
  ['cassandra://', /names no hosts/],
  ['cassandra://a,,b/k', /names no hosts/],
  ['cassandra://a b/k', /names no hosts/],
  ['cassandra://user:password@a/k', /names no hosts/],
  ['cassandra://a', /a keyspace has/],
  ['cassandra://a/', /a keyspace has/],
  ['cassandra://a/Upper', /a keyspace has/],
  ['cassandra://a/1st', /a keyspace has/],
  [`cassandra://a/${'k'.repeat(49)}`, /a keyspace has/],
  ['cassandra://a/k;DROP', /a keyspace has/],
  ['cassandra://a/k?rf=3', /no parameter rf/],
  ["cassandra://a/k?dc=d'", /name of a datacentre/],
])('%s is refused, and the form is shown', (location, why) => {
  const opening = () => parseLocation(location);
  expect(opening).toThrow(why);
  expect(opening).toThrow(/give cassandra:\/\/HOST/);
});
