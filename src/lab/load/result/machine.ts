/** The machine that a run was made on: kept in its record, since the figures depend on it. */
import { cpus, totalmem } from 'node:os';
import type { LoadRecord } from './load-record.js';

export function machine(): LoadRecord['machine'] {
  const processors = cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
  };
}
