/** The embedded store in the shared suite, with both its ways to commit. What is its own has a file a subject: embedded-*.test.ts. */
import { openEmbedded } from '#dist/store/embedded/open.js';
import { temporaryFolder } from '../support/folder.js';
import { storeSuite } from './suite/suite.js';

for (const commit of ['group', 'each'] as const)
  storeSuite({
    name: `embedded, commit ${commit}`,
    offers: { clock: true, pages: true },
    place: async () => {
      const folder = await temporaryFolder();
      return { open: (options) => openEmbedded({ folder, commit, ...options }) };
    },
  });
