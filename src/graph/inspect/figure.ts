import type { Shape } from '../../shape.js';
import type { Graph } from '../builder.js';
import { figureItems, type Item } from './figure_items.js';
import { type Box, GRID, isArc, type Layout, layOut, middle, TEXT } from './figure_layout.js';

const COLOURS = { image: '#555', pool: '#2f5f9e', scores: '#b5481c', line: '#2f5f9e' } as const;
const FILLS = { image: '#e4e4e4', pool: '#edf3fa', scores: '#fcefe8' } as const;
/** Cells of the coarsest map along a grid. */
const COARSEST = 2;
/** Narrower cells are a plain area. */
const LEAST_PITCH = 2;

const STYLE = `text{font:${TEXT}px sans-serif;fill:#222;text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:4px}
.note{fill:#777;font-size:${TEXT - 1}px}
path{fill:none}`;

const round = (value: number): string => `${Number(value.toFixed(2))}`;
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

const text = (x: number, y: number, content: string, how = ''): string =>
  `<text x="${round(x)}" y="${round(y)}"${how}>${escaped(content)}</text>`;

/**
 * A net as the paper's Figure 3 draws it: maps after subsampling and of scores as grids, whose cells are as
 * large as they lie over the image; the layers between them as vertical lines, one for all of one depth; skips
 * and upsampling as arrows. Returns the text of an SVG.
 * @param inputs sizes by name, that the picture says
 */
export function drawNet(graph: Graph, inputs: Readonly<Record<string, Shape>>): string {
  const items = figureItems(graph, inputs);
  const layout = layOut(items);
  const { width, height } = layout;
  const coarsest = Math.max(...items.filter(isKnown).map(({ stride }) => Math.max(...stride)));
  const parts = [
    ...items.flatMap((item) =>
      [...item.sources].map(([source, notes]) => arrow(layout, source, item, notes)),
    ),
    ...items.map((item) => mark(item, layout.boxes.get(item)!, COARSEST * coarsest)),
    ...labels(layout),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" role="img">
<title>${escaped(graph.name)}: each grid covers ${round(COARSEST * coarsest)} pixels of the image</title>
<style>${STYLE}</style>
<defs><marker id="head" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z" style="fill:#777"/></marker></defs>
<rect width="100%" height="100%" fill="#fff"/>
${parts.filter((part) => part !== '').join('\n')}
</svg>
`;
}

/** Whether an item has as many cells over the image as its stride says, and is not one number for all of it. */
const isKnown = ({ size }: Item): boolean => size[0] > 1 && size[1] > 1;

function mark({ look, stride, size }: Item, { left, top }: Box, patch: number): string {
  if (look === 'line')
    return `<path d="M${round(left)} ${round(top)}v${GRID}" stroke="${COLOURS.line}" stroke-width="2"/>`;
  const cells = [0, 1].map((i) => Math.max(1, Math.min(patch / stride[i]!, size[i]!)));
  const lines = (count: number, line: (at: string) => string) =>
    GRID / count < LEAST_PITCH
      ? ''
      : Array.from({ length: Math.ceil(count) - 1 }, (_, i) => line(round(((i + 1) * GRID) / count))).join(
          '',
        );
  const rows = lines(cells[0]!, (at) => `M0 ${at}h${GRID}`);
  const columns = lines(cells[1]!, (at) => `M${at} 0v${GRID}`);
  const pitch = GRID / Math.max(...cells);
  const thin = pitch < 4 ? 0.25 : pitch < 8 ? 0.6 : 1;
  return `<g transform="translate(${round(left)} ${round(top)})" stroke="${COLOURS[look]}"><rect width="${GRID}" height="${GRID}" fill="${FILLS[look]}"/>${rows || columns ? `<path d="${rows}${columns}" stroke-width="${thin}"/>` : ''}</g>`;
}

function labels({ boxes, groups }: Layout): string[] {
  const grids = [...boxes].filter(([{ look }]) => look !== 'line');
  return [
    ...grids.flatMap(([{ name, stride, size }, box]) => {
      const below = box.top + GRID + TEXT + 3;
      const [y, x] = stride.map((value) => round(value));
      return [
        text(middle(box), box.top - 9, name),
        text(middle(box), below, `stride ${y === x ? y : `${y} x ${x}`}`, ' class="note"'),
        text(middle(box), below + TEXT + 1, size.join(' x '), ' class="note"'),
      ];
    }),
    ...groups.map(({ label, items }) => {
      const [first, last] = [boxes.get(items[0]!)!, boxes.get(items.at(-1)!)!];
      return text((first.left + last.right) / 2, first.top - 9, label);
    }),
  ];
}

/** From an item to one that reads it, with what lies between. */
function arrow({ boxes, rows }: Layout, from: Item, to: Item, notes: readonly string[]): string {
  const [a, b] = [boxes.get(from)!, boxes.get(to)!];
  const head = to.look === 'line' ? '' : ' marker-end="url(#head)"';
  const path = (d: string) => `<path d="${d}" stroke="#777"${head}/>`;
  const [ax, bx] = [round(middle(a)), round(middle(b))];
  if (from.row !== to.row) {
    const down = from.row < to.row;
    const start = round(down ? a.top + GRID : a.top);
    const end = round(down ? b.top : b.top + GRID);
    const turn = round(down ? b.top - 26 : b.top + GRID + 34);
    const turns = ax === bx ? '' : `V${turn}H${bx}`;
    const side = notes.map((note, i) => noteText(Number(bx) + 6, Number(turn) + i * TEXT, note, 'start'));
    return [path(`M${ax} ${start}${turns}V${end}`), ...side].join('');
  }
  const row = rows[from.row]!;
  const level = a.top + GRID / 2;
  if (isArc(row, from, to)) {
    const [low, high] = [round(a.top - 24), round(a.top - 52)];
    return path(
      `M${ax} ${round(a.top)}V${low}Q${ax} ${high} ${round(Number(ax) + 24)} ${high}H${round(Number(bx) - 24)}Q${bx} ${high} ${bx} ${low}V${round(b.top)}`,
    );
  }
  if (row[row.indexOf(to) - 1] !== from) return '';
  const over = notes.map((note, i) => noteText(b.left - 9, level - 5 + i * (TEXT + 6), note, 'end'));
  return [path(`M${round(a.right)} ${round(level)}H${round(b.left)}`), ...over].join('');
}

const noteText = (x: number, y: number, note: string, anchor: string): string =>
  text(x, y, note, ` class="note" style="text-anchor:${anchor}"`);
