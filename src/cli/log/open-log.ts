/** Opens the log: JSON for programs, or plain text for people. */
import type { Line, Log } from './log.js';

/** @param format auto: text on a terminal, otherwise JSON, for which alone pino is loaded */
export async function openLog(format: 'auto' | 'json' | 'text'): Promise<Log> {
  const isJson = format === 'json' || (format === 'auto' && !process.stderr.isTTY);
  if (!isJson) return new TextLog();
  const { JsonLog } = await import('./json-log.js');
  return new JsonLog();
}

/** For a person at a terminal. The banner, on standard output, tells the rest. */
class TextLog implements Log {
  write({ level, event, text }: Line): void {
    if (level === 'info' && event !== 'request') return;
    process.stderr.write(`evenkeel: ${level === 'warn' ? 'warning: ' : ''}${text}\n`);
  }

  close(): void {}
}
