/** The line that says why figures are missing or old. A screen reader reads it out. */
import { byId } from '../dom.js';

/** Only a change is written: each write is read out. */
export function showNotice(text: string): void {
  const notice = byId('notice');
  if (notice.textContent !== text) notice.textContent = text;
  notice.hidden = text === '';
}
