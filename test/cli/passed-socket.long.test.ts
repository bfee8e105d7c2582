/** A service manager passes a socket that listens already, by the protocol of systemd. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { expectOneLine, put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { type CommandProcess, startCommand } from '../support/process.js';
import { RawSocket } from '../support/raw-socket.js';

type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** A socket of this process that listens, and its descriptor. */
async function listening(place: Place): Promise<{ server: Server; fd: number }> {
  const server = createServer().listen(place);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  return { server, fd };
}

/** Starts a server that gets the sockets. The id of a process is known to itself alone. */
async function serveOn(
  passed: readonly number[],
  flags: readonly string[] = [],
  pid = '$$',
): Promise<CommandProcess> {
  const data = join(await temporaryDirectory(), 'data');
  const variables = `LISTEN_PID=${pid} LISTEN_FDS=${passed.length}`;
  const command = ['sh', '-c', `${variables} exec "$0" "$@"`, process.execPath];
  return startCommand(['serve', '--json', '--data', data, ...flags], command, passed);
}

const local = { host: '127.0.0.1', port: 0 };

it('it is served in place of --port and --host', async () => {
  const { server, fd } = await listening(local);
  const { port } = server.address() as { port: number };
  const command = await serveOn([fd], ['--port', '1', '--host', '192.0.2.1', '--insecure']);
  const { url } = JSON.parse((await command.untilPrinted(/^.+\n/))[0]);
  // From now on the child alone listens.
  server.close();
  expect(url).toBe(`http://127.0.0.1:${port}`);
  await put(url, 'a', 'one');
  expect(await (await fetch(entityUrl(url, 'a'))).text()).toBe('one');
  command.child.kill('SIGTERM');
  expect(await command.ended).toEqual({ code: 0, signal: null });
  expect(command.stderr()).toBe('');
});

/** Two servers, one after the other. The shell holds the socket, and accepts nothing from it. */
const twice = `
one() { sh -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"' "$@"; }
one "$0" "$@"
one "$0" "$@"`;

it('connections wait in it while the server restarts', async () => {
  const { server, fd } = await listening(local);
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const data = join(await temporaryDirectory(), 'data');
  const shell = ['sh', '-c', twice, process.execPath];
  const command = startCommand(['serve', '--json', '--data', data], shell, [fd]);
  const { pid: first } = JSON.parse((await command.untilPrinted(/^.+\n/))[0]);
  server.close();
  await put(url, 'a', 'one');
  process.kill(first, 'SIGSTOP');
  // The server that is stopped takes none of them.
  const sockets = await Promise.all(Array.from({ length: 5 }, () => RawSocket.connect(url)));
  for (const socket of sockets)
    socket.send('GET /v0/entity?id=a HTTP/1.1\r\nHost: localhost\r\n\r\n');
  process.kill(first, 'SIGKILL');
  for (const socket of sockets) await socket.until('\r\n\r\none');
  const [, line = ''] = await command.untilPrinted(/^.+\n(.+)\n/);
  const { pid: second } = JSON.parse(line);
  expect(second).not.toBe(first);
  process.kill(second, 'SIGTERM');
  await command.ended;
});

it('it is left alone if it is for another process', async () => {
  const { server, fd } = await listening(local);
  const { port } = server.address() as { port: number };
  const command = await serveOn([fd], ['--port', '0'], '1');
  const { url } = JSON.parse((await command.untilPrinted(/^.+\n/))[0]);
  expect(url).not.toBe(`http://127.0.0.1:${port}`);
});

it.each<[string, Place, string, string]>([
  ['that other machines reach', { host: '0.0.0.0', port: 0 }, '0.0.0.0', '--tokens FILE'],
  ['of the file system', { path: '' }, 'descriptor 3', 'not a socket of TCP'],
])('one %s is refused', async (_, place, ...parts) => {
  const directory = await temporaryDirectory();
  const { fd } = await listening('path' in place ? { path: join(directory, 'socket') } : place);
  const command = await serveOn([fd]);
  expect(await command.ended).toEqual({ code: 1, signal: null });
  expect(command.stdout()).toBe('');
  expectOneLine(command.stderr(), ...parts);
});

it('two are refused: which is for what is not said', async () => {
  const [first, second] = [await listening(local), await listening(local)];
  const command = await serveOn([first.fd, second.fd]);
  expect(await command.ended).toEqual({ code: 2, signal: null });
  expect(command.stderr()).toContain("one socket is taken, and LISTEN_FDS passes '2'");
});

it('without the program that tells the manager, a warning says so, and it serves', async () => {
  const data = join(await temporaryDirectory(), 'data');
  const variables = ['NOTIFY_SOCKET=/run/no-manager', 'PATH=/nonexistent'];
  const command = startCommand(
    ['serve', '--port', '0', '--json', '--log', 'text', '--data', data],
    ['env', ...variables, process.execPath],
  );
  const { url } = JSON.parse((await command.untilPrinted(/^.+\n/))[0]);
  await put(url, 'a', 'one');
  // With a manager a hang-up is a reload.
  command.child.kill('SIGHUP');
  command.child.kill('SIGTERM');
  expect(await command.ended).toEqual({ code: 0, signal: null });
  expectOneLine(command.stderr(), 'warning', 'READY=1', 'systemd-notify');
});
