/** Figures as people read them. */

/** Three digits, or whole, and none behind the thousandths. A chart and its table show the same. */
export function roundFigure(value: number): number {
  const digits = value >= 100 ? value : Number(value.toPrecision(3));
  return value >= 100 ? Math.round(digits) : Math.round(1000 * digits) / 1000;
}

/** Digits in groups; a figure of nothing is a dash. */
export function formatFigure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const [whole = '', part] = String(roundFigure(value)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u00a0');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${formatFigure(bytes / 1024 ** power)}\u00a0${units[power]}`;
}

/** The time of day, by the reader's clock. */
export function formatTime(ms: number): string {
  const date = new Date(ms);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** The two largest units of a duration. */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count}\u00a0${unit}`).join(' ');
}
