/** The only writer of configuration: fills the templates for one node of a cluster. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDirectory, templates } from './places.js';
import { cqlPort, hostOf, numbersOf, type Settings, storagePort } from './settings.js';

const commitlogs = {
  batch: 'commitlog_sync: batch',
  periodic: 'commitlog_sync: periodic\ncommitlog_sync_period: 10000ms',
};

export function configure(node: number, settings: Settings): void {
  const directory = nodeDirectory(node);
  mkdirSync(directory, { recursive: true });
  const values: Record<string, string> = {
    TOKEN: tokenOf(node, settings.nodes),
    SEEDS: numbersOf(settings).map(hostOf).join(','),
    HOST: hostOf(node),
    STORAGE_PORT: String(storagePort),
    CQL_PORT: String(cqlPort),
    DIRECTORY: directory,
    COMMITLOG: commitlogs[settings.commitlog],
  };
  const template = readFileSync(join(templates, 'cassandra.yaml'), 'utf8');
  const yaml = template.replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`cassandra.yaml: no value for @${name}@`);
    return value;
  });
  writeFileSync(join(directory, 'cassandra.yaml'), yaml);
  // Cassandra looks for it on the class path, where the node's directory comes first.
  const rack = 'cassandra-rackdc.properties';
  copyFileSync(join(templates, rack), join(directory, rack));
}

/** Spreads the tokens evenly over the ring of 64-bit hashes. */
function tokenOf(node: number, nodes: number): string {
  const share = 2n ** 64n / BigInt(nodes);
  return (-(2n ** 63n) + 1n + share * BigInt(node - 1)).toString();
}
