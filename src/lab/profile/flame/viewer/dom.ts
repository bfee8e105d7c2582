/**
 * The part of the DOM that the viewer uses. TypeScript's `dom` library would hold for every file of
 * the program, where a forgotten `name` or `event` would then pass as a global.
 */
export interface Dom {
  readonly children: ArrayLike<Dom>;
  readonly classList: { toggle(name: string, on: boolean): void };
  readonly parentNode: Dom | null;
  textContent: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string | number): void;
  removeAttribute(name: string): void;
  querySelector(selector: string): Dom | null;
  append(...nodes: readonly Dom[]): void;
  remove(): void;
  focus(): void;
  addEventListener(type: string, listener: (event: DomEvent) => void): void;
}

export interface DomInput extends Dom {
  value: string;
  select(): void;
}

interface DomEvent {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly clientX: number;
  readonly clientY: number;
  readonly target: unknown;
  preventDefault(): void;
}

export interface DomRoot extends Dom {
  createSVGPoint(): DomPoint;
  getScreenCTM(): { inverse(): unknown };
}

interface DomPoint {
  x: number;
  y: number;
  matrixTransform(matrix: unknown): DomPoint;
}

interface DomDocument {
  readonly currentScript: Dom;
  readonly activeElement: unknown;
  createElementNS(namespace: string, name: string): Dom;
}

export interface DomWindow {
  readonly document: DomDocument;
  readonly location: { hash: string; replace(url: string): void };
  addEventListener(type: string, listener: (event: DomEvent) => void): void;
}
