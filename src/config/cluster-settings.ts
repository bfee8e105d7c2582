/** The settings that say which cluster, and who asks. `serve` and `cluster` take them. */
import { optional, text, UsageError } from './parsers.js';

/** Whether it is a cluster, its engine says. */
function clusterUrl(given: string): string {
  if (/^cassandra:\/\//i.test(given)) return given;
  throw new UsageError('a URL such as cassandra://10.0.0.1,10.0.0.2/evenkeel?dc=dc1');
}

export const clusterSettings = {
  store: {
    value: 'URL',
    help: 'the cluster, in place of --data; see docs/cluster.md',
    defaultText: 'none',
    unit: '`cassandra://HOST[:PORT],HOST…/KEYSPACE?dc=DATACENTRE`',
    cost: 'every read and write waits for nodes of the cluster; see docs/cluster.md',
    ...optional(clusterUrl),
  },
  'cassandra-user': {
    value: 'NAME',
    help: 'user of the cluster',
    defaultText: 'none',
    unit: 'name',
    cost: 'nothing',
    ...optional(text('a name')),
  },
  'cassandra-password-file': {
    value: 'FILE',
    help: "file with the user's password, on one line",
    defaultText: 'none',
    unit: 'path, relative to the working directory',
    cost: 'nothing; the file is read once, at the start',
    ...optional(text('a file')),
  },
  'cassandra-ca': {
    value: 'FILE',
    help: "authority of the nodes' certificates; turns on TLS",
    defaultText: 'no TLS',
    unit: 'path of a PEM file, relative to the working directory',
    cost: 'CPU time for each request',
    ...optional(text('a file')),
  },
} as const;
