import { LABEL } from './classes.js';
import {
  blended,
  type Colour,
  detail,
  grain,
  mix,
  type Panel,
  shade,
  type Texel,
  UP,
  unit,
  type Vec3,
} from './panel.js';
import { cell, noise, type Random } from './random.js';

const WALLS: readonly Colour[] = [
  [0.62, 0.34, 0.26],
  [0.74, 0.68, 0.56],
  [0.55, 0.55, 0.56],
  [0.8, 0.76, 0.7],
  [0.45, 0.38, 0.34],
  [0.5, 0.58, 0.62],
  [0.72, 0.56, 0.36],
  [0.42, 0.48, 0.36],
  [0.3, 0.42, 0.2],
  [0.66, 0.62, 0.34],
];
const ROOFS: readonly Colour[] = [
  [0.5, 0.26, 0.2],
  [0.3, 0.3, 0.33],
  [0.42, 0.34, 0.28],
];

type Wall = (u: number, v: number, pixel: number) => number;

/** Walls by the tone of their stones, boards or plates. */
const WALL_KINDS: readonly ((key: number) => Wall)[] = [
  // bricks
  (key) => (u, v, pixel) => {
    const row = Math.floor(v / 0.28);
    const along = u / 0.62 + (row % 2) / 2;
    const column = Math.floor(along);
    const joint = (along - column) * 0.62 < 0.07 || v - row * 0.28 < 0.06 ? 0.3 : 0;
    return 1 + detail(0.2, pixel) * (0.35 * (cell(key, column, row) - 0.5) + joint);
  },
  // plaster
  (key) => (u, v, pixel) =>
    (0.9 + 0.2 * noise(key, u / 1.5, v / 3)) * grain(key + 1, u, v, 0.15, 0.06, pixel),
  // boards
  (key) => (_, v, pixel) => {
    const row = Math.floor(v / 0.34);
    return 1 + detail(0.17, pixel) * (0.16 * (cell(key, row, 1) - 0.5) - (v - row * 0.34 < 0.07 ? 0.28 : 0));
  },
  // plates of concrete
  (key) => (u, v, pixel) => {
    const [column, row] = [Math.floor(u / 1.9), Math.floor(v / 1.5)];
    const joint = u - column * 1.9 < 0.06 + pixel / 4 || v - row * 1.5 < 0.06 + pixel / 4 ? 0.3 : 0;
    return 1 + 0.14 * (cell(key, column, row) - 0.5) - joint;
  },
];

/** A wall with rows of windows, a door here and there. */
function facade(random: Random, height: number, colour: Colour, glass: Colour): Panel['paint'] {
  const key = random.fork().key;
  const wall = random.pick(WALL_KINDS)(key);
  const storey = random.range(2.6, 3.4);
  const bay = random.range(1.7, 3);
  const [wide, high] = [bay * random.range(0.36, 0.6), storey * random.range(0.4, 0.58)];
  const frame = shade(random.chance(0.7) ? [0.85, 0.84, 0.8] : [0.25, 0.22, 0.2], random.range(0.8, 1.05));
  const rail = random.range(0.06, 0.12);
  const paintWindow = (u: number, v: number, column: number, row: number): Colour => {
    const light = cell(key + 5, column, row);
    const sash = Math.abs(u - wide / 2) < 0.04 || Math.abs(v - high * 0.6) < 0.035;
    if (sash) return frame;
    const reflection = mix(shade(glass, 0.25), glass, 0.1 + 0.5 * light * (v / high));
    return light > 0.8 && v > high * 0.45 ? mix(reflection, [0.85, 0.8, 0.7], 0.6) : reflection;
  };
  return (u, v, pixel, texel: Texel) => {
    texel.label = LABEL.building;
    const [column, row] = [Math.floor(u / bay), Math.floor(v / storey)];
    const [x, y] = [u - column * bay - (bay - wide) / 2, v - row * storey];
    const door = row === 0 && cell(key + 3, column, 0) > 0.7;
    const sill = door ? 0 : storey * 0.3;
    const [top, border] = [door ? storey * 0.74 : sill + high, rail + pixel / 4];
    const inside = x > 0 && x < wide && y > sill && y < top && row * storey + top < height - 0.2;
    if (inside && door) {
      const board = x < border || x > wide - border || y > top - border ? 0.6 : 1;
      texel.colour = shade(mix(colour, glass, 0.4), 0.55 * board);
    } else if (inside) texel.colour = paintWindow(x, y - sill, column, row);
    else if (
      x > -border &&
      x < wide + border &&
      y > sill - border &&
      y < top + border &&
      row * storey + top < height - 0.2
    )
      texel.colour = frame;
    else texel.colour = shade(colour, wall(u, v, pixel));
  };
}

/** A box of these walls between two corners on the ground, under a flat roof or one whose ridge leads along z. */
export function building(
  random: Random,
  [x0, x1]: readonly [number, number],
  [z0, z1]: readonly [number, number],
  glass: Colour,
): Panel[] {
  const height = random.range(2.9, 3.4) * random.whole(1, 4) + random.range(0.3, 1);
  const colour = blended(random, WALLS);
  const paint = facade(random, height, colour, glass);
  const [w, d] = [x1 - x0, z1 - z0];
  const pitched = random.chance(0.55);
  const rise = pitched ? w * random.range(0.25, 0.45) : 0;
  const gable = (u: number, v: number) => v < height || v - height < rise * (1 - Math.abs((2 * u) / w - 1));
  const wall = (origin: Vec3, along: Vec3, width: number, ends: boolean): Panel => ({
    origin,
    along,
    up: UP,
    width,
    height: height + (ends ? rise : 0),
    closed: true,
    ...(ends && pitched ? { covers: gable } : {}),
    paint,
  });
  const walls = [
    wall([x0, 0, z0], [1, 0, 0], w, true),
    wall([x1, 0, z1], [-1, 0, 0], w, true),
    wall([x1, 0, z0], [0, 0, 1], d, false),
    wall([x0, 0, z1], [0, 0, -1], d, false),
  ];
  return [...walls, ...roof(random, [x0, x1], [z0, z1], height, rise)];
}

function roof(
  random: Random,
  [x0, x1]: readonly [number, number],
  [z0, z1]: readonly [number, number],
  height: number,
  rise: number,
): Panel[] {
  const key = random.fork().key;
  const colour = blended(random, ROOFS);
  const paint: Panel['paint'] = (u, v, pixel, texel) => {
    texel.label = LABEL.building;
    const row = Math.floor(v / 0.4);
    const tile = Math.floor(u / 0.35 + (row % 2) / 2);
    const edge = v - row * 0.4 < 0.1 ? 0.3 : 0;
    texel.colour = shade(colour, 1 + detail(0.2, pixel) * (0.25 * (cell(key, tile, row) - 0.5) - edge));
  };
  const half = (x1 - x0) / 2;
  const slope = Math.sqrt(half * half + rise * rise);
  const rest = { width: z1 - z0, height: slope, paint };
  if (rise === 0)
    return [
      { origin: [x0, height, z0], along: [0, 0, 1], up: [1, 0, 0], width: z1 - z0, height: x1 - x0, paint },
    ];
  return [
    { origin: [x0, height, z0], along: [0, 0, 1], up: unit([half, rise, 0]), ...rest },
    { origin: [x1, height, z0], along: [0, 0, 1], up: unit([-half, rise, 0]), ...rest },
  ];
}
