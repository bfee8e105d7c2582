/** The location of a cluster: `cassandra://HOST[:PORT],…/KEYSPACE[?dc=NAME]`. */
import { StoreError } from '../store.js';

export interface ClusterLocation {
  /** `host` or `host:port`, one at least. Nodes that the cluster is found by. */
  readonly contactPoints: readonly string[];
  /** A name that needs no quotes in CQL. */
  readonly keyspace: string;
  /** The datacentre that holds the data. */
  readonly datacenter: string;
}

const form = 'cassandra://HOST[:PORT],HOST…/KEYSPACE?dc=DATACENTRE';
/** The name that Cassandra gives to a datacentre if nobody does. */
const defaultDatacenter = 'datacenter1';
const host = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$/;

/** @throws StoreError `unusable`, saying what is wrong and what the form is */
export function parseLocation(location: string): ClusterLocation {
  const [, hosts, keyspace, query] =
    /^cassandra:\/\/([^/?#]*)(?:\/([^/?#]*))?(?:\?([^#]*))?$/i.exec(location) ?? [];
  const contactPoints = hosts?.split(',') ?? [];
  if (contactPoints.length === 0 || !contactPoints.every((each) => host.test(each)))
    throw wrong(location, 'it names no hosts');
  if (!keyspace || !/^[a-z][a-z0-9_]{0,47}$/.test(keyspace))
    throw wrong(location, 'a keyspace has 1 to 48 of a-z, 0-9 and _, and begins with a letter');
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys())
    if (name !== 'dc') throw wrong(location, `it has no parameter ${name}`);
  const datacenter = parameters.get('dc') ?? defaultDatacenter;
  if (!/^[A-Za-z0-9._-]+$/.test(datacenter))
    throw wrong(location, 'dc is the name of a datacentre');
  return { contactPoints, keyspace, datacenter };
}

function wrong(location: string, why: string): StoreError {
  return new StoreError('unusable', `the store ${location} can't be opened: ${why}; give ${form}`);
}
