/** What a run's figures depend on beside its options: kept with them, so that records of different machines are not taken for alike. */
import { cpus, totalmem } from 'node:os';
import type { Machine } from './load-record.js';

export function machine(): Machine {
  const processors = cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
  };
}
