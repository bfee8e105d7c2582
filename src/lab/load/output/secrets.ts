/** Keeps passwords and tokens out of reports, which end in logs, and records. */

const hidden = '…';
const secretHeader = /auth|cookie|token|secret|key|passw|session|credential|signature/i;
const secretParameter = /token|secret|passw|api[-_]?key|signature|credential/i;

/** The URL without user and password, and without the values of parameters with secret names. */
export function withoutSecrets(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, `$1${hidden}@`)
    .replace(/([?&])([^=&#]+)=[^&#]*/g, (parameter, before: string, name: string) =>
      secretParameter.test(name) ? `${before}${name}=${hidden}` : parameter,
    );
}

type Header = readonly [name: string, value: string];

/** The headers, with the values hidden of those with secret names, such as Authorization. */
export function withoutSecretValues(headers: readonly Header[]): Header[] {
  return headers.map(([name, value]) => [name, secretHeader.test(name) ? hidden : value]);
}
