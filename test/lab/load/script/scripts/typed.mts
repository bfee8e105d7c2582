// The hooks in TypeScript, as one default object.
import type { LoadScript } from '#dist/lab/load/script/author.js';

export default {
  request: (wrk) => wrk.format('GET', '/typed'),
  delay: () => 2,
} satisfies LoadScript;
