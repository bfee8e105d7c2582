/** All rules, in the order of the table. */
import { chunks } from './cases/chunks.js';
import { codings } from './cases/codings.js';
import { connections } from './cases/connections.js';
import { fields } from './cases/fields.js';
import { hosts } from './cases/hosts.js';
import { lengths } from './cases/lengths.js';
import { methods, requestLines } from './cases/request-line.js';
import { responses } from './cases/responses.js';
import { targets } from './cases/targets.js';
import type { Rule } from './rule.js';

export const rules: readonly Rule[] = [
  ...requestLines,
  ...methods,
  ...targets,
  ...hosts,
  ...fields,
  ...lengths,
  ...codings,
  ...chunks,
  ...connections,
  ...responses,
];
