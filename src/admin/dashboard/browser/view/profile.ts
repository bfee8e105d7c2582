/**
 * Takes a profile of the server and shows it. A flame graph is a document with a script of its own,
 * so it stands in a frame that may run this script and reach nothing of the page.
 */
import { ask, Refused, TokenWanted } from '../admin-port.js';
import { byId, type DomField, make } from '../dom.js';

let running: AbortController | undefined;
let shownUrl: string | undefined;

/** @param onTokenWanted is told that the token does not do any more */
export function startProfileForm(onTokenWanted: () => void): void {
  byId('profile').addEventListener('submit', (event) => {
    event.preventDefault();
    if (running) running.abort();
    else void takeProfile(onTokenWanted);
  });
}

async function takeProfile(onTokenWanted: () => void): Promise<void> {
  const kind = byId<DomField>('profile-kind').value;
  const seconds = Number(byId<DomField>('profile-seconds').value);
  const [button, status] = [byId('profile-button'), byId('profile-status')];
  const asked = new AbortController();
  running = asked;
  button.textContent = 'Cancel';
  status.textContent = `Sampling for ${seconds} s …`;
  try {
    const query = `kind=${kind}&seconds=${seconds}&format=svg`;
    const response = await ask(`/profile?${query}`, { method: 'POST', signal: asked.signal });
    showGraph(await response.text(), `${kind}-${seconds}s.svg`);
    status.textContent = '';
  } catch (error) {
    status.textContent = reasonOf(error, asked.signal.aborted);
    if (error instanceof TokenWanted) onTokenWanted();
  } finally {
    running = undefined;
    button.textContent = 'Take a profile';
  }
}

function reasonOf(error: unknown, isAborted: boolean): string {
  if (isAborted) return 'Cancelled.';
  if (error instanceof TokenWanted || error instanceof Refused) return error.message;
  return 'The server did not respond.';
}

function showGraph(svg: string, name: string): void {
  if (shownUrl !== undefined) URL.revokeObjectURL(shownUrl);
  shownUrl = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  const height = Number(/<svg[^>]* height="([\d.]+)"/.exec(svg)?.[1] ?? 600);
  // A blob's address would be the page's, and its hash, which the zoom is kept in, then fixed.
  const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  const attributes = { title: 'Flame graph', sandbox: 'allow-scripts', src };
  const frame = make('iframe', { ...attributes, height: String(Math.ceil(height) + 20) });
  const save = make('a', { href: shownUrl, download: name }, 'Save the flame graph');
  const graph = byId('profile-graph');
  const region = { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Flame graph' };
  graph.replaceChildren(make('div', region, frame), make('p', {}, save));
  graph.hidden = false;
}
