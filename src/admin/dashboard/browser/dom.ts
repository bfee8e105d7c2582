/**
 * The part of the DOM that the page uses. TypeScript's `dom` library would hold for every file of
 * the program, where a forgotten `name` or `event` would then pass as a global.
 */
export interface Dom {
  readonly classList: { toggle(name: string, on: boolean): void };
  readonly clientWidth: number;
  readonly clientHeight: number;
  textContent: string;
  className: string;
  hidden: boolean;
  append(...nodes: readonly (Dom | string)[]): void;
  prepend(...nodes: readonly Dom[]): void;
  replaceChildren(...nodes: readonly (Dom | string)[]): void;
  remove(): void;
  focus(): void;
  setAttribute(name: string, value: string | number): void;
  addEventListener(type: string, listener: (event: DomEvent) => void): void;
}

interface DomEvent {
  preventDefault(): void;
}

export interface DomField extends Dom {
  value: string;
}

export interface DomDetails extends Dom {
  readonly open: boolean;
}

interface PageDocument {
  readonly hidden: boolean;
  readonly documentElement: Dom;
  title: string;
  getElementById(id: string): Dom | null;
  createElement(name: string): Dom;
  addEventListener(type: string, listener: () => void): void;
}

interface PageWindow {
  readonly document: PageDocument;
  matchMedia(query: string): { addEventListener(type: string, listener: () => void): void };
  getComputedStyle(element: Dom): { getPropertyValue(name: string): string };
  readonly ResizeObserver: new (listener: () => void) => { observe(element: Dom): void };
}

declare const window: PageWindow;

export const page = window;

/** An element that the markup has. */
export function byId<Kind extends Dom = Dom>(id: string): Kind {
  return page.document.getElementById(id) as Kind;
}

export function make(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...content: readonly (Dom | string)[]
): Dom {
  const made = page.document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}
