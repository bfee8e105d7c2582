/** A keyspace as the driver alone sees it: with the client, statements and level of a gateway. */
import { connect } from '#dist/store/cassandra/connect.js';
import { readKeyspace } from '#dist/store/cassandra/keyspace.js';
import { Levels } from '#dist/store/cassandra/levels.js';
import { parseLocation } from '#dist/store/cassandra/location.js';
import { Statements } from '#dist/store/cassandra/statements.js';

export async function openKeyspace(location: string) {
  const parsed = parseLocation(location);
  const connection = await connect(parsed, {});
  const { buckets, replicationFactor } = await readKeyspace(connection, parsed);
  const { consistency } = new Levels(connection.driver, replicationFactor).quorum;
  const { client } = connection;
  return { client, statements: new Statements(parsed.keyspace), consistency, buckets };
}
