import type { Item } from './figure_items.js';

/** Sides of every grid, in units of the picture. */
export const GRID = 64;
/** Height of a line of text, and an estimate of the width of a letter. */
export const TEXT = 12;
const LETTER = 0.56 * TEXT;
/** Between a map and the next, between lines of one group, around the picture. */
const GAP = 20;
const PITCH = 8;
const MARGIN = 20;
/** Above a grid for its name and arrows, below it for its stride and size. */
const ABOVE = 44;
const BELOW = 40;
/** Above a row in which a skip spans maps. */
const ARC = 40;

/** Where an item stands. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/** Lines under one label. */
export interface LineGroup {
  readonly label: string;
  readonly items: readonly Item[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<Item, Box>;
  readonly rows: readonly (readonly Item[])[];
  readonly groups: readonly LineGroup[];
}

export const middle = ({ left, right }: Box): number => (left + right) / 2;

/** What neighbouring lines have in common: "conv1" of conv1_1, "layer3" of layer3.0.conv1. */
const family = (name: string): string => /^\D*\d+/.exec(name)?.[0] ?? name;

export const textWidth = (text: string): number => text.length * LETTER;

/** Whether one item of a row reads another beyond its neighbour: across a map, or where the neighbour does not lead. */
function skips(row: readonly Item[], from: Item, to: Item): boolean {
  const between = row.slice(row.indexOf(from) + 1, row.indexOf(to));
  if (!to.sources.has(from) || between.length === 0) return false;
  return between.some(({ look }) => look !== 'line') || !to.sources.has(between.at(-1)!);
}

/** Whether a skip is drawn: those that read the same further on go on from the first. */
export const isArc = (row: readonly Item[], from: Item, to: Item): boolean =>
  row.find((item) => skips(row, from, item)) === to;

function lineGroups(rows: Layout['rows']): LineGroup[] {
  const groups: { label: string; items: Item[] }[] = [];
  for (const row of rows)
    for (const [i, item] of row.entries()) {
      if (item.look !== 'line') continue;
      const label = family(item.name);
      const last = row[i - 1]?.look === 'line' ? groups.at(-1) : undefined;
      if (last?.label === label) last.items.push(item);
      else groups.push({ label, items: [item] });
    }
  return groups;
}

/** Items from left to right in their rows, each as far left as those that it reads allow. */
export function layOut(items: readonly Item[]): Layout {
  const count = 1 + Math.max(...items.map(({ row }) => row));
  const rows = Array.from({ length: count }, (_, row) => items.filter((item) => item.row === row));
  const groups = lineGroups(rows);
  let y = MARGIN;
  const tops = rows.map((row) => {
    const arcs = row.some((item) =>
      [...item.sources.keys()].some((s) => s.row === item.row && isArc(row, s, item)),
    );
    const top = y + (arcs ? ARC : 0) + ABOVE;
    y = top + GRID + BELOW;
    return top;
  });

  const boxes = new Map<Item, Box>();
  const ends = rows.map(() => MARGIN - GAP);
  for (const item of items) {
    const group = groups.find((each) => each.items.includes(item));
    const width = group ? 0 : GRID;
    const inside = group && group.items[0] !== item;
    const label = group
      ? textWidth(group.label) - (group.items.length - 1) * PITCH
      : textWidth(item.name) - GRID;
    const overhang = Math.max(0, label / 2);
    const notes = [...item.sources.values()].flat().map(textWidth);
    const gap = inside ? PITCH : GAP + overhang + Math.max(0, ...notes);
    let left = ends[item.row]! + gap;
    for (const source of item.sources.keys())
      if (source.row !== item.row) left = Math.max(left, middle(boxes.get(source)!) - width / 2);
    boxes.set(item, { left, right: left + width, top: tops[item.row]! });
    ends[item.row] = left + width + (group && group.items.at(-1) !== item ? 0 : overhang);
  }
  return { width: Math.max(...ends) + MARGIN, height: y, boxes, rows, groups };
}
