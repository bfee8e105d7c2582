/**
 * The dashboard as one page: markup, styles, the charts' library and our scripts in one response.
 * Its policy lets it load nothing, run nothing but these scripts, and ask nobody but this port. So
 * whatever stands in a figure or a profile can't become a script of the page.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { flameGraphParts } from '../../lab/profile/flame/flame-graph.js';
import { joinModules } from '../../lab/profile/flame/viewer/join-modules.js';
import { markup } from './markup.js';
import { style } from './style.js';

export interface Dashboard {
  readonly html: string;
  /** Fields that the response must have. */
  readonly fields: Readonly<Record<string, string>>;
}

/** In an order in which each finds what it needs. */
const parts = [
  'dom',
  'format',
  'history',
  'charts/chart',
  'charts/request-charts',
  'charts/server-charts',
  'view/plot',
  'view/table',
  'view/figure',
  'view/overview',
  'view/notice',
  'admin-port',
  'view/profile',
  'main',
];

let made: Dashboard | undefined;

/** Made when it is first asked for: few servers are ever looked at. */
export function dashboard(): Dashboard {
  made ??= makeDashboard();
  return made;
}

function makeDashboard(): Dashboard {
  const library = (name: string) =>
    readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8');
  const modules = joinModules(new URL('./browser/', import.meta.url).href, parts);
  const script = `(() => {\n'use strict';\n${library('uPlot.iife.min.js')}\n${modules}\n})();`;
  const css = `${library('uPlot.min.css')}\n${style}`;
  const flame = flameGraphParts();
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)} ${hashOf(flame.script)}`,
    `style-src ${hashOf(css)} ${hashOf(flame.style)}`,
    "connect-src 'self'",
    // The icon.
    'img-src data:',
    // A flame graph. It inherits this policy.
    'frame-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    html: markup({ css, script }),
    fields: {
      'Content-Security-Policy': policy.join('; '),
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
    },
  };
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
