// What `rarefy inspect` prints.
import type { CropRow, LayerRow, Place } from '../graph/inspect/layers.js';
import type { PlanBytes } from '../graph/plan_bytes.js';
import type { Pair } from '../shape.js';
import { mebibytes } from './run_text.js';
import { table } from './table.js';

/** At most three decimals, none that are zero. */
const short = (value: number): string => `${Number(value.toFixed(3))}`;

/** One value, or both where y and x differ. */
const both = (y: string, x: string): string => (y === x ? y : `${y} / ${x}`);

/** Where the centre of cell i lies, in pixels. */
function centre({ scale, shift }: Place): string {
  const sign = shift < 0 ? '-' : '+';
  return `${scale === 1 ? '' : short(scale)}i${shift === 0 ? '' : ` ${sign} ${short(Math.abs(shift))}`}`;
}

const along = (place: LayerRow['place'], of: (axis: Place) => string): string =>
  place ? both(of(place[0]), of(place[1])) : '-';

const count = (value: number): string => (value === 0 ? '' : value.toLocaleString('en-US'));
const bytes = (value: number): string =>
  value === 0 ? '' : value < 2 ** 20 ? `${(value / 2 ** 10).toFixed(1)} KiB` : mebibytes(value);
const gflop = (flops: number): string => (flops === 0 ? '' : (flops / 1e9).toPrecision(3));

/** What a run takes on the device, and how near that comes to what it must take. */
export const memoryRows = (b: PlanBytes): string[][] => [
  [
    'memory',
    `${mebibytes(b.peak)}: weights ${mebibytes(b.weights)}, maps and scratch ${mebibytes(b.maps)}, inputs and outputs ${mebibytes(b.other)}`,
  ],
  [
    'at least',
    `${mebibytes(b.least)}, with the ${mebibytes(b.mapsLive)} of maps that live at once and no scratch (${mebibytes(b.scratch)}): the plan takes ${(b.peak / b.least).toFixed(2)} times that`,
  ],
];

/** A row for each layer. */
export const layersTable = (rows: readonly LayerRow[]): string =>
  table([
    ['layer', 'kind', 'c x h x w', 'centre', 'field', 'stride', 'parameters', 'GFLOP', 'map', 'weights'],
    ...rows.map(({ name, kind, shape: { n, c, h, w }, place, parameters, flops, bytes: b }) => [
      name,
      kind,
      `${n === 1 ? '' : `${n} x `}${c} x ${h} x ${w}`,
      along(place, centre),
      along(place, ({ field }) => short(field)),
      along(place, ({ scale }) => short(scale)),
      count(parameters),
      gflop(flops),
      bytes(b.map),
      bytes(b.weights),
    ]),
  ]);

const cells = ([y, x]: Pair): string => both(`${y}`, `${x}`);

/** A line for each crop: its offset, and the places that give it. */
export const cropsTable = (rows: readonly CropRow[]): string =>
  table([
    ['crop', 'offset', 'from', 'over'],
    ...rows.map(({ name, offset, derived, from, like }) => [
      name,
      `${cells(offset)}${derived === null ? ' (given)' : cells(derived) === cells(offset) ? '' : ` (given; the places say ${cells(derived)})`}`,
      `${from.name} at ${along(from.place, centre)}`,
      `${like.name} at ${along(like.place, centre)}`,
    ]),
  ]);
