/**
 * Asks for the figures each second, and shows them. It stops while nobody can see the page, while
 * it is paused, and while it waits for a token.
 */
import type { Stats } from '../../stats/stats.js';
import { ask, hasToken, Refused, setToken, TokenWanted } from './admin-port.js';
import { requestCharts } from './charts/request-charts.js';
import { serverCharts } from './charts/server-charts.js';
import { byId, type DomField, page } from './dom.js';
import { formatTime } from './format.js';
import { addStats, lastSeconds, maxSeconds } from './history.js';
import { Figure } from './view/figure.js';
import { showNotice } from './view/notice.js';
import { showOverview } from './view/overview.js';
import { startProfileForm } from './view/profile.js';

const periodMs = 1000;
/** A server that takes longer is as good as lost. */
const timeoutMs = 5000;

let figures: readonly Figure[] | undefined;
let timer: NodeJS.Timeout | undefined;
let isPaused = false;
let isTokenWanted = false;
/** When the last figures came, by the page's own clock. */
let heardAtMs: number | undefined;
let heardAt = 0;

function windowSeconds(): number {
  return Number(byId<DomField>('window').value);
}

/** One timer at most: what starts the polling again may do so at any time. */
function schedule(delayMs: number): void {
  clearTimeout(timer);
  if (isPaused || isTokenWanted || page.document.hidden) return;
  timer = setTimeout(() => void poll(), delayMs);
}

async function poll(): Promise<void> {
  const missedMs = heardAtMs === undefined ? Infinity : performance.now() - heardAtMs;
  const seconds = Math.min(maxSeconds, Math.ceil(missedMs / 1000) + 2);
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await ask(`/stats?seconds=${seconds}`, { signal });
    show((await response.json()) as Stats);
    showNotice('');
  } catch (error) {
    if (error instanceof TokenWanted) wantToken(hasToken() ? error.message : '');
    else showLoss(error);
  }
  schedule(periodMs);
}

function show(stats: Stats): void {
  heardAtMs = performance.now();
  heardAt = Date.now();
  addStats(stats);
  byId('figures').hidden = false;
  byId('token-form').hidden = true;
  figures ??= makeFigures(stats);
  showOverview(stats);
  drawFigures();
}

/** Once the page is laid out, as plots have its width. */
function makeFigures({ minute: { store } }: Stats): readonly Figure[] {
  const hasPart = { commits: store?.commits, files: store?.files };
  const isThere = ({ needs }: { needs?: keyof typeof hasPart }) =>
    needs === undefined || hasPart[needs] !== undefined;
  const rows = [
    ['request-charts', requestCharts],
    ['server-charts', serverCharts.filter(isThere)],
  ] as const;
  return rows.flatMap(([id, charts]) => charts.map((chart) => new Figure(chart, byId(id))));
}

function drawFigures(): void {
  const seconds = lastSeconds(windowSeconds());
  for (const figure of figures ?? []) figure.show(seconds, windowSeconds());
}

/** @param reason empty: no token was given yet */
function wantToken(reason: string): void {
  isTokenWanted = true;
  byId('token-form').hidden = false;
  byId('token').focus();
  showNotice(reason);
}

function showLoss(error: unknown): void {
  const since = heardAtMs === undefined ? '' : `, and none since ${formatTime(heardAt)}`;
  const what = error instanceof Refused ? `No figures: ${error.message}` : 'No response';
  const badge = byId('state');
  badge.textContent = 'no response';
  badge.className = 'state bad';
  showNotice(`${what}${since}. The page goes on asking.`);
}

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = byId<DomField>('token');
  const token = field.value.trim();
  field.value = '';
  if (!/^[!-~]+$/.test(token)) return showNotice('A token has letters, digits and signs only.');
  setToken(token);
  isTokenWanted = false;
  schedule(0);
});
byId('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  byId('pause').setAttribute('aria-pressed', String(isPaused));
  schedule(0);
});
byId('window').addEventListener('change', drawFigures);
page.document.addEventListener('visibilitychange', () => schedule(0));
startProfileForm(() => wantToken('The token is not valid any more.'));
Object.assign(page, { evenkeel: { charts: () => (figures ?? []).map(({ data }) => data) } });
schedule(0);
