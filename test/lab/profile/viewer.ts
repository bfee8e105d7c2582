/**
 * A picture opened in Chromium, and the hands and eyes of who looks at it. `SCREENSHOTS=directory`
 * keeps what was seen.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Chromium } from './chromium.js';

const keyCodes: Record<string, number> = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};
export const control = 2;

export class Viewer {
  readonly chromium: Chromium;
  readonly directory: string;
  #opened = 0;

  private constructor(chromium: Chromium, directory: string) {
    this.chromium = chromium;
    this.directory = directory;
  }

  static async start(): Promise<Viewer> {
    if (spawnSync('chromium', ['--version']).status !== 0)
      throw new Error('this test needs the program chromium: apt-get install chromium');
    return new Viewer(
      await Chromium.start(1300, 900),
      await mkdtemp(join(tmpdir(), 'evenkeel-pictures-')),
    );
  }

  async close(): Promise<void> {
    await this.chromium.close();
    await rm(this.directory, { recursive: true });
  }

  async show(svg: string, hash = ''): Promise<void> {
    const file = await this.write(`${++this.#opened}.svg`, svg);
    await this.chromium.open(`${pathToFileURL(file)}${hash}`);
  }

  async write(name: string, text: string): Promise<string> {
    const file = join(this.directory, name);
    await writeFile(file, text);
    return file;
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.chromium.evaluate<T>(expression);
  }

  /** 0 if it is not shown. */
  width(name: string): Promise<number> {
    return this.evaluate(
      `((g) => g.hasAttribute('display') ? 0 : g.getBBox().width)(${frame(name)})`,
    );
  }

  classOf(name: string): Promise<string> {
    return this.evaluate(`${frame(name)}.getAttribute('class')`);
  }

  /** The text beside the search field. */
  result(): Promise<string> {
    return this.evaluate(`document.querySelector('output').textContent`);
  }

  /** The tooltip's lines; none without a tooltip. */
  tip(): Promise<string[]> {
    return this.evaluate(
      `[...document.querySelectorAll('.tip:not([display]) text')].map((line) => line.textContent)`,
    );
  }

  focused(): Promise<string> {
    return this.evaluate(
      `(document.activeElement.getAttribute('aria-label') ?? '').split('\\u2003')[0]`,
    );
  }

  async click(name: string): Promise<void> {
    await this.#mouse('mousePressed', name);
    await this.#mouse('mouseReleased', name);
  }

  pointAt(name: string): Promise<void> {
    return this.#mouse('mouseMoved', name);
  }

  async press(key: string, modifiers = 0): Promise<void> {
    const text = key === 'Enter' ? '\r' : key.length === 1 && modifiers === 0 ? key : undefined;
    const code = keyCodes[key] ?? key.toUpperCase().charCodeAt(0);
    const event = { key, code: key, windowsVirtualKeyCode: code, modifiers };
    await this.chromium.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event, text });
    await this.chromium.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  async keep(name: string): Promise<Buffer> {
    const picture = await this.chromium.screenshot();
    const kept = process.env.SCREENSHOTS;
    if (kept !== undefined) {
      await mkdir(kept, { recursive: true });
      await writeFile(join(kept, `${name}.png`), picture);
    }
    return picture;
  }

  async #mouse(type: string, name: string): Promise<void> {
    const at = await this.evaluate<{ x: number; y: number }>(
      `(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 }))(
        ${frame(name)}.getBoundingClientRect())`,
    );
    await this.chromium.send('Input.dispatchMouseEvent', {
      type,
      ...at,
      button: 'left',
      clickCount: 1,
    });
  }
}

/** The first frame, from the root up, whose label is or begins with the name, as an expression. */
function frame(name: string): string {
  return `[...document.querySelectorAll('.f g g')]
    .find((g) => g.getAttribute('aria-label').startsWith('${name}'))`;
}
