/** The embedded store in the shared suite. What is its own has a file a subject: embedded-*.test.ts. */
import { openEmbedded } from '#dist/store/embedded/open.js';
import { temporaryFolder } from '../support/folder.js';
import { storeSuite } from './suite/suite.js';

storeSuite({
  name: 'embedded',
  offers: { clock: true, pages: true },
  place: async () => {
    const folder = await temporaryFolder();
    return { open: (options) => openEmbedded({ folder, ...options }) };
  },
});
