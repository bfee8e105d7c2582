/** The responses of the admin port. */
import type { ServerResponse } from 'node:http';
import { contentFields } from '../server/api/content-fields.js';

export function send(response: ServerResponse, code: number, content: object, type = 'json'): void {
  sendText(response, code, JSON.stringify(content), `application/${type}`);
}

export function sendText(response: ServerResponse, code: number, text: string, type: string): void {
  response.writeHead(code, { ...contentFields(type), 'Cache-Control': 'no-store' }).end(text);
}

/** As the store itself refuses: RFC 9457. */
export function refuse(response: ServerResponse, status: number, detail: string): void {
  if (!response.headersSent) send(response, status, { status, detail }, 'problem+json');
}
