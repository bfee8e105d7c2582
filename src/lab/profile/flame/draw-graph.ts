/**
 * The picture that flame graphs and differences share: heading, legend, the frames with their root
 * at the bottom, notes, and the script that brings it to life. Without the script (as an image, or
 * where a page forbids it) it is complete but for zoom and search; each frame's title is then the
 * browser's own tooltip.
 */
import { type Heading, margin, reportWidthPx as widthPx } from '../../svg/chart.js';
import {
  element,
  faint,
  fitMono,
  hairline,
  ink,
  label,
  mono,
  monoWidth,
  paper,
  picture,
  sans,
  sansWidth,
  wrap,
  xml,
} from '../../svg/svg.js';
import type { Layout } from './layout.js';
import { viewerScript } from './viewer/script.js';

export interface GraphFrame {
  readonly className: string | undefined;
  /** Written on the frame, as far as it fits. */
  readonly label: string;
  /** Written behind the label if both fit whole: the figure that matters most. */
  readonly figure: string;
  /** The tooltip, below the label. */
  readonly lines: readonly string[];
  /** A search adds this up, besides the widths: for example a difference. */
  readonly amount?: number | undefined;
}

interface Graph<Node> extends Heading {
  readonly facts: readonly string[];
  readonly legend: readonly { readonly className: string; readonly label: string }[];
  readonly layout: Layout<Node>;
  readonly frameOf: (node: Node, width: number) => GraphFrame;
  /** Small print below the root. */
  readonly notes: readonly string[];
  /** Styles of the frames' classes. */
  readonly style: string;
  /** Attributes for the script. */
  readonly data: Readonly<Record<string, string | number | undefined>>;
}

const rowHeight = 18;
const fontSize = 12;
const padding = 4;
/** Search and reset, at the right of the title. */
const barWidth = 290;
/** An em space: the viewer tells label and figure apart by it. */
const figureSpace = '\u2003';
/** A graph of two levels still leaves room for a tooltip. */
const minRows = 6;

/** Frames too small to see are not drawn, or the picture and its file would be huge. */
export const layoutBounds = {
  width: widthPx - 2 * margin,
  maxRows: 80,
  maxFrames: 2000,
  minWidth: 0.1,
  minTopWidth: 0.5,
};

const sharedStyle = `text{fill:${ink};font:13px ${sans}}.h{font-size:20px;font-weight:600}
.s{fill:${faint}}.t{font-size:12px}.f text{font:${fontSize}px ${mono};pointer-events:none}
.f rect{stroke:${paper};paint-order:stroke}.f g{cursor:pointer;outline:none}
.f .up rect{opacity:.5}.f .miss rect{opacity:.3}.f .miss text{opacity:.6}
.f .hit rect,.f g:focus rect{stroke:${ink};stroke-width:1.4}.f g:focus rect{stroke-width:2.4}
.tip{pointer-events:none}.tip rect{fill:#fff;stroke:${faint}}.tip text{font:12px ${mono}}
.tip text:first-of-type{font-weight:700}.bar{display:flex;gap:6px;font:13px ${sans};color:${ink}}
.bar{justify-content:flex-end;align-items:center}.bar input{width:190px}
.bar input,.bar button{font:inherit;padding:3px 8px;border:1px solid ${hairline}}
.bar input,.bar button{border-radius:6px;background:#fff;color:inherit}
.bar input[aria-invalid=true]{border-color:#cf222e;color:#cf222e}`;

const forViewer = { 'data-font': fontSize, 'data-pad': padding, 'data-margin': margin };

/**
 * The text in the `<style>` and the `<script>` of a picture: a page with a strict policy shows it
 * only if it allows these two.
 */
export function inlineParts(style: string): { readonly style: string; readonly script: string } {
  return { style: `${sharedStyle}\n${style}`, script: `\n${viewerScript()}\n` };
}

export function drawGraph<Node>(graph: Graph<Node>): string {
  const { title, subtitle = '', facts, layout, notes } = graph;
  const room = widthPx - 2 * margin;
  const heading = [
    ...wrap(title, room - barWidth, 20).map((text) => ({ text, class: 'h' })),
    ...(subtitle === '' ? [] : wrap(subtitle, room)).map((text) => ({ text, class: 's' })),
    ...facts.flatMap((fact) => wrap(fact, room)).map((text) => ({ text, class: undefined })),
  ].map(({ text, class: kind }, index) => label(margin, 34 + 22 * index, text, { class: kind }));
  const key = legend(graph, 34 + 22 * (heading.length - 1) + 14);
  const top = key.bottom + 18;
  const bottom = top + Math.max(minRows, layout.rows.length) * rowHeight;
  const small = notes.flatMap((note) => wrap(note, room, 12));
  const inline = inlineParts(graph.style);
  return picture(
    widthPx,
    bottom + 17 * small.length + 14,
    {
      about: [title, ...facts].join('. '),
      style: inline.style,
      attributes: { ...graph.data, ...forViewer },
    },
    [
      ...heading,
      key.entries,
      '<g class="f">',
      ...layout.rows.map((_, depth) => row(graph, depth, bottom - (depth + 1) * rowHeight)),
      '</g>',
      ...small.map((line, i) => label(margin, bottom + 20 + 17 * i, line, { class: 's t' })),
      `<script><![CDATA[${inline.script}]]></script>`,
    ].join('\n'),
  );
}

function row<Node>({ layout, frameOf }: Graph<Node>, depth: number, y: number): string {
  const frames = (layout.rows[depth] ?? []).map(({ node, x, width }) => {
    const { className, label: name, figure, lines, amount } = frameOf(node, width);
    const room = width - 2 * padding;
    const both = figure === '' ? name : `${name}${figureSpace}${figure}`;
    const text = monoWidth(both, fontSize) <= room ? both : fitMono(name, room, fontSize);
    const tip = `<title>${xml([both, ...lines].join('\n'))}</title>`;
    const box = element('rect', { x, width, height: rowHeight });
    const written = text === '' ? '' : label(x + padding, 13, text);
    return element('g', { class: className, 'data-d': amount }, tip + box + written);
  });
  return element('g', { transform: `translate(${margin} ${y})` }, frames.join('\n'));
}

/** Side by side, and in as many lines as that takes. */
function legend<Node>({ legend: entries }: Graph<Node>, top: number) {
  let x = margin;
  let y = top;
  const drawn = entries.map(({ className, label: text }) => {
    const width = 20 + sansWidth(text) + 20;
    if (x > margin && x + width > widthPx) {
      x = margin;
      y += 20;
    }
    const entry =
      element('rect', { x, y, width: 14, height: 14, rx: 3, class: className }) +
      label(x + 20, y + 12, text);
    x += width;
    return entry;
  });
  return { entries: drawn.join(''), bottom: y + 14 };
}
