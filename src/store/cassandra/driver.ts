/**
 * The driver, loaded once a cluster is opened: it is not installed with Evenkeel, and a server on
 * one machine does without.
 */
import type cassandra from 'cassandra-driver';
import { StoreError } from '../store.js';

export type Driver = typeof cassandra;
export type Client = cassandra.Client;

const release = '4.10';

/** @throws StoreError `unusable`, with the command that installs it */
export async function loadDriver(): Promise<Driver> {
  try {
    return (await import('cassandra-driver')).default;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new StoreError(
      'unusable',
      code === 'ERR_MODULE_NOT_FOUND'
        ? `a store on Cassandra needs its driver; run: npm install cassandra-driver@${release}`
        : `the package cassandra-driver can't be loaded: ${message}`,
      { cause },
    );
  }
}
