/** The dashboard in a real Chromium, and what is read of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { Chromium } from '../lab/profile/chromium.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { type ServerProcess, startServer } from '../support/process.js';

/** A busy machine may take long to show what came. */
export const poll = { timeout: 60_000 };

export interface ChartFigures {
  readonly title: string;
  readonly timesMs: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

export class DashboardPage {
  readonly chromium: Chromium;

  private constructor(chromium: Chromium) {
    this.chromium = chromium;
  }

  static async start(): Promise<DashboardPage> {
    const page = new DashboardPage(await Chromium.start(1280, 900));
    await page.look('light', 1280);
    return page;
  }

  close(): Promise<void> {
    return this.chromium.close();
  }

  /** As a reader has the page: light or dark, wide or narrow. */
  async look(scheme: 'light' | 'dark', width: number, height = 900): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.chromium.send('Emulation.setEmulatedMedia', { features });
    const size = { width, height, deviceScaleFactor: 1, mobile: width < 500 };
    await this.chromium.send('Emulation.setDeviceMetricsOverride', size);
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.chromium.evaluate<T>(expression);
  }

  text(selector: string): Promise<string> {
    return this.evaluate(`document.querySelector('${selector}')?.textContent ?? ''`);
  }

  isHidden(selector: string): Promise<boolean> {
    return this.evaluate(`document.querySelector('${selector}').hidden`);
  }

  charts(): Promise<ChartFigures[]> {
    return this.evaluate('window.evenkeel.charts()');
  }

  /** The cells of a chart's table, a row each, and the chart's figures at the same moment. */
  tableAndChart(title: string): Promise<{ rows: string[][]; chart: ChartFigures }> {
    return this.evaluate(`(() => {
      const figure = [...document.querySelectorAll('figure')]
        .find((each) => each.querySelector('h3').textContent.startsWith('${title} '));
      const rows = [...figure.querySelectorAll('tbody tr')];
      return {
        rows: rows.map((row) => [...row.children].map((cell) => cell.textContent)),
        chart: window.evenkeel.charts().find((each) => each.title === '${title}'),
      };
    })()`);
  }

  async openTables(): Promise<void> {
    await this.evaluate(
      `document.querySelectorAll('details').forEach((each) => { each.open = true; })`,
    );
  }

  /** How far the page is wider than the window. */
  overflow(): Promise<number> {
    return this.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  }

  /** How many colours a chart is drawn in. */
  inked(title: string): Promise<number> {
    return this.evaluate(`(() => {
      const figure = [...document.querySelectorAll('figure')]
        .find((each) => each.querySelector('h3').textContent.startsWith('${title} '));
      const canvas = figure.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set();
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] === 255) colours.add(data.slice(at, at + 3).join());
      return colours.size;
    })()`);
  }

  requests(): Promise<string[]> {
    return this.evaluate(`performance.getEntriesByType('resource').map(({ name }) => name)`);
  }

  async submit(form: string, fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [id, value] of Object.entries(fields))
      await this.evaluate(`document.getElementById('${id}').value = '${value}'`);
    await this.evaluate(`document.querySelector('#${form} button').click()`);
  }

  /** `SCREENSHOTS=directory` keeps what was seen. */
  async keep(name: string): Promise<void> {
    const kept = process.env.SCREENSHOTS;
    if (kept === undefined) return;
    await mkdir(kept, { recursive: true });
    await writeFile(join(kept, `${name}.png`), await this.chromium.screenshot());
  }
}

interface Watched {
  readonly page: DashboardPage;
  /** Complaints of the browser that a test is about; all others fail it. */
  expected: RegExp | undefined;
}

/** One browser for the tests of a file. */
export function watch(): Watched {
  const watched: { page: DashboardPage; expected: RegExp | undefined } = {
    page: undefined as unknown as DashboardPage,
    expected: undefined,
  };
  beforeAll(async () => {
    watched.page = await DashboardPage.start();
  });
  afterAll(() => watched.page?.close());
  beforeEach(() => {
    watched.expected = undefined;
    watched.page.chromium.complaints.splice(0);
  });
  afterEach(async () => {
    // It would go on asking a server that is gone.
    await watched.page.chromium.open('about:blank');
    const { complaints } = watched.page.chromium;
    expect(complaints.filter((text) => !watched.expected?.test(text))).toEqual([]);
  });
  return watched;
}

export async function startWatched(
  ...args: string[]
): Promise<ServerProcess & { adminUrl: string }> {
  const server = await startServer(await temporaryDirectory(), ['--admin-port', '0', ...args]);
  return { ...server, adminUrl: server.adminUrl ?? expect.fail('it has no admin port') };
}

/** Each kind of request, until the test is over. */
export function work(url: string): void {
  const stopped = new AbortController();
  onTestFinished(() => stopped.abort());
  const { signal } = stopped;
  const run = async () => {
    for (let n = 0; !signal.aborted; n++) {
      const entity = entityUrl(url, `key-${n % 50}`);
      await fetch(entity, { method: 'PUT', body: 'value' });
      await (await fetch(entity)).text();
      await (await fetch(`${url}/v0/entities?prefix=key-1&limit=5`)).text();
      if (n % 5 === 0) await fetch(entity, { method: 'DELETE' });
      await sleep(10);
    }
  };
  // The server ends in the midst of it.
  run().catch(() => {});
}
