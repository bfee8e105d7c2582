// Writes a title over its command line, and counts on.
process.title = 'a service';
await import('./counts.mjs');
