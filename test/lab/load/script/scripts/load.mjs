// The hooks in JavaScript: counts, checks and a summary.

export let requests = 0;
let answers = 0;
const threads = [];

export function setup(thread) {
  threads.push(thread);
  thread.set('id', threads.length);
}

export function init(args, wrk) {
  wrk.headers['X-Argument'] = args[1] ?? 'none';
}

export function request(wrk) {
  requests++;
  return wrk.format('PUT', `/${wrk.vars.id}/${requests}`, undefined, `värde ${requests}`);
}

export function response(status, _headers, _body, wrk) {
  answers++;
  wrk.vars.lastStatus = status;
  if (answers === 3) wrk.thread.stop();
}

export function done(summary, latency) {
  for (const thread of threads)
    console.log(`thread ${thread.get('id')}: ${thread.get('requests')} requests`);
  console.log(`${summary.requests} in all, p99 ${latency.percentile(99)} µs`);
}
