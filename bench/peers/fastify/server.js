/** A user might write this instead: Fastify and lmdb, as durable, without checks and limits. */
import fastify from 'fastify';
import { open } from 'lmdb';

// Without overlapping syncs a put resolves once it is on the disk, as Evenkeel's does.
const store = open({ path: process.argv[2], encoding: 'binary', overlappingSync: false });
const app = fastify({ bodyLimit: 16 * 1024 * 1024 });
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

app.get('/v0/entity', (request, reply) => {
  const value = store.getBinary(request.query.id);
  if (value === undefined) return reply.code(404).send();
  return reply.type('application/octet-stream').send(value);
});

app.put('/v0/entity', async (request, reply) => {
  await store.put(request.query.id, request.body);
  return reply.code(201).send();
});

const url = await app.listen({ port: 0, host: '127.0.0.1' });
console.log(JSON.stringify({ url }));
