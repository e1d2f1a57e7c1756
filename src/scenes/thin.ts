// Poles, and signs on posts, one to three pixels wide.
import { LABEL } from './classes.js';
import { blended, type Colour, type Panel, shade, standing, type Vec3 } from './panel.js';
import { noise, type Random } from './random.js';

const METAL: readonly Colour[] = [
  [0.3, 0.31, 0.33],
  [0.55, 0.55, 0.54],
  [0.24, 0.3, 0.26],
  [0.42, 0.34, 0.26],
  [0.75, 0.75, 0.72],
];

/** How wide a post is: thin as it is, but one pixel at least and `most` pixels at most. */
const postWidth = (random: Random, most: number, metresPerPixel: number): number =>
  Math.min(Math.max(random.range(0.12, 0.3), metresPerPixel), most * metresPerPixel);

/** A pole: bare, with a lamp on an arm, a lantern, or traffic lights. */
export function pole(
  random: Random,
  at: readonly [number, number],
  eye: Vec3,
  most: number,
  metresPerPixel: number,
): Panel {
  const colour = blended(random, METAL);
  const wide = postWidth(random, most, metresPerPixel);
  const kind = random.whole(0, 6);
  const [bare, arm, lantern] = [kind === 0, kind < 3, kind === 3];
  const height = random.range(2.8, 4) * (bare || arm ? 1.6 : 1);
  const flip = random.chance(0.5) ? 1 : -1;
  const reach = arm ? random.range(0.7, 1.4) : 0.4;
  const width = 2 * reach + 2 * wide;
  const thick = Math.max(0.1, metresPerPixel);
  const red = random.whole(0, 2);
  const [half, long] = lantern ? [0.32, 0.7] : [0.26, 1.1];

  /** The head of the pole: where in it a point lies, by x and y in [-1, 1], or null outside. */
  const head = (u: number, v: number): readonly [number, number] | null => {
    const x = flip * (u - width / 2);
    const place = bare
      ? null
      : arm
        ? ([(x - reach * 0.72) / (reach * 0.28), (v - height + 0.18) / 0.16] as const)
        : ([x / half, (v - height + long / 2) / (long / 2)] as const);
    return place && Math.abs(place[0]) < 1 && Math.abs(place[1]) < 1 ? place : null;
  };
  return standing(at, eye, [width, height], {
    covers: (u, v) => {
      const x = flip * (u - width / 2);
      if (Math.abs(x) < wide / 2 || head(u, v)) return true;
      return arm && !bare && x > 0 && x < reach && v > height - thick;
    },
    paint: (u, v, _, texel) => {
      texel.label = LABEL.pole;
      const place = head(u, v);
      texel.colour = shade(colour, 0.85 + (0.3 * (u - width / 2)) / wide);
      if (!place) return;
      const [x, y] = place;
      if (arm) texel.colour = y < 0 ? [0.92, 0.9, 0.8] : shade(colour, 0.7);
      else if (lantern) texel.colour = Math.abs(x) > 0.75 || y > 0.6 ? shade(colour, 0.6) : [0.95, 0.9, 0.7];
      else {
        const lamp = Math.floor((y + 1) * 1.5);
        const centre = (y + 1) * 1.5 - lamp - 0.5;
        const on = lamp === red ? 1 : 0.3;
        texel.colour =
          x * x + 4 * centre * centre < 0.6 ? shade(LAMPS[lamp] ?? [0, 0, 0], on) : [0.08, 0.09, 0.09];
      }
    },
  });
}

/** Green, amber and red, from below. */
const LAMPS: readonly Colour[] = [
  [0.1, 0.9, 0.5],
  [0.98, 0.7, 0.1],
  [0.95, 0.15, 0.1],
];

const PLATES: readonly (readonly [face: Colour, border: Colour])[] = [
  [
    [0.9, 0.9, 0.88],
    [0.75, 0.1, 0.1],
  ],
  [
    [0.12, 0.26, 0.62],
    [0.9, 0.9, 0.9],
  ],
  [
    [0.85, 0.7, 0.15],
    [0.12, 0.12, 0.12],
  ],
  [
    [0.16, 0.42, 0.26],
    [0.9, 0.9, 0.9],
  ],
  [
    [0.7, 0.12, 0.12],
    [0.92, 0.92, 0.9],
  ],
];

/** A plate with a border and a device on a post. */
export function sign(
  random: Random,
  at: readonly [number, number],
  eye: Vec3,
  most: number,
  metresPerPixel: number,
): Panel {
  const key = random.fork().key;
  const [face, border] = random.pick(PLATES);
  const post = blended(random, METAL);
  const size = random.range(0.95, 1.5);
  const kind = random.whole(0, 2);
  const [width, tall] = kind === 2 ? [size * random.range(1.1, 1.7), size * 0.8] : [size, size];
  const height = random.range(2.3, 3.1);
  const wide = postWidth(random, most, metresPerPixel);
  const middle = height - tall / 2;
  /** 1 in the middle of the plate, 0 at its edge. */
  const inside = (u: number, v: number): number => {
    const [x, y] = [(2 * u) / width - 1, (2 * (v - middle)) / tall];
    if (kind === 0) return 1 - Math.sqrt(x * x + y * y);
    if (kind === 1) return Math.min((1 + y) / 2, (1 - y) / 2 - Math.abs(x)) * 1.5;
    return 1 - Math.max(Math.abs(x), Math.abs(y));
  };
  return standing(at, eye, [width, height], {
    covers: (u, v) => inside(u, v) > 0 || (v < middle && Math.abs(u - width / 2) < wide / 2),
    paint: (u, v, _, texel) => {
      const depth = inside(u, v);
      if (depth <= 0) {
        texel.label = LABEL.pole;
        texel.colour = post;
        return;
      }
      texel.label = LABEL.sign;
      const device = depth > 0.42 && noise(key, u * 5, v * 5) > 0.52;
      texel.colour = depth < 0.2 || device ? border : face;
    },
  });
}
