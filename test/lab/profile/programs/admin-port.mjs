// Has an admin port, and works a little.
import { startAdminServer } from '#dist/admin/admin-server.js';

function works() {
  const end = performance.now() + 5;
  while (performance.now() < end);
}
setInterval(works, 10);
console.log((await startAdminServer({ port: 0 })).url);
