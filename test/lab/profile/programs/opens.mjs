// Opens its inspector itself, on a port that the system chooses, and counts on.
import inspector from 'node:inspector';

inspector.open(0);
await import('./counts.mjs');
