import { LABEL } from './classes.js';
import { blended, type Colour, detail, grain, mix, shade, type Texel } from './panel.js';
import { cell, fractal, noise, type Random } from './random.js';

/** What lies where on the ground, by x and z in metres. */
export interface Ground {
  readonly paint: (x: number, z: number, pixel: number, texel: Texel) => void;
}

/** Where a street or a park has its road, paths and water. Roads and paths lead ahead, along z. */
export interface Plan {
  /** Half the width of the road around x = 0; 0 without one. */
  readonly road: number;
  /** Width of the pavement on either side of the road, or half that of the path through a park. */
  readonly path: number;
  /** The depth of a road across, or null. */
  readonly crossing: number | null;
  /** A pond around a place, or a river across where its radius along x is Infinity; null without. */
  readonly water: { readonly x: number; readonly z: number; readonly rx: number; readonly rz: number } | null;
  /** Paved everywhere but on the road and in the water. */
  readonly paved: boolean;
}

const GRASS: readonly Colour[] = [
  [0.28, 0.42, 0.16],
  [0.42, 0.46, 0.2],
  [0.55, 0.5, 0.26],
  [0.36, 0.34, 0.2],
  [0.5, 0.42, 0.3],
  [0.62, 0.62, 0.58],
  [0.44, 0.34, 0.3],
];
const ASPHALT: readonly Colour[] = [
  [0.3, 0.3, 0.31],
  [0.42, 0.42, 0.44],
  [0.5, 0.46, 0.42],
  [0.34, 0.36, 0.42],
  [0.56, 0.48, 0.44],
  [0.4, 0.44, 0.36],
];
const PAVING: readonly Colour[] = [
  [0.55, 0.53, 0.5],
  [0.62, 0.5, 0.42],
  [0.42, 0.42, 0.42],
  [0.52, 0.4, 0.34],
  [0.46, 0.5, 0.46],
  [0.5, 0.48, 0.3],
  [0.32, 0.42, 0.26],
];
const MARKING: Colour = [0.86, 0.86, 0.8];

/** How far the path through a park has wandered from x = 0. */
export const wander = (key: number, z: number): number => 9 * (noise(key, z / 14, 0.5) - 0.5);

export function ground(random: Random, plan: Plan, sky: Colour): Ground {
  const key = random.fork().key;
  const [grass, asphalt, paving] = [GRASS, ASPHALT, PAVING].map((list) => blended(random, list)) as [
    Colour,
    Colour,
    Colour,
  ];
  const slab = [random.range(0.5, 1.1), random.range(0.5, 1.4)] as const;
  const water = mix(
    blended(random, [
      [0.2, 0.3, 0.34],
      [0.34, 0.36, 0.28],
      [0.24, 0.34, 0.44],
    ]),
    sky,
    0.45,
  );
  const [dash, marked] = [random.range(3, 6), random.chance(0.8)];

  /** Distance into the water, below 0 outside; the shore is uneven. */
  const depthOf = (x: number, z: number): number => {
    if (!plan.water) return -1;
    const [dx, dz] = [(x - plan.water.x) / plan.water.rx, (z - plan.water.z) / plan.water.rz];
    return 1 + 0.5 * (noise(key + 9, x / 4, z / 4) - 0.5) - (dx * dx + dz * dz);
  };
  const onRoad = (x: number, z: number): boolean =>
    plan.road > 0 &&
    (Math.abs(x) < plan.road || (plan.crossing !== null && Math.abs(z - plan.crossing) < plan.road * 0.8));
  const onPath = (x: number, z: number): boolean => {
    if (plan.paved) return true;
    if (plan.road === 0) return Math.abs(x - wander(key, z)) < plan.path;
    if (Math.abs(x) < plan.road + plan.path) return true;
    return plan.crossing !== null && Math.abs(z - plan.crossing) < plan.road * 0.8 + plan.path;
  };

  const paintRoad = (x: number, z: number, pixel: number): Colour => {
    const onLine =
      marked &&
      ((Math.abs(x) < 0.09 + pixel / 2 && z - dash * Math.floor(z / dash) < dash * 0.55) ||
        Math.abs(Math.abs(x) - plan.road + 0.35) < 0.06 + pixel / 3);
    const worn = 0.75 + 0.25 * noise(key + 2, x * 2, z / 2);
    const stain = 0.85 + 0.3 * fractal(key + 1, x / 3, z / 6);
    const surface = shade(asphalt, stain * grain(key + 3, x, z, 0.12, 0.1, pixel));
    return onLine ? mix(surface, MARKING, worn * 0.9) : surface;
  };
  const paintPath = (x: number, z: number, pixel: number): Colour => {
    const row = Math.floor(z / slab[1]);
    const column = x / slab[0] + (row % 2) / 2;
    const [u, v] = [(column - Math.floor(column)) * slab[0], z - row * slab[1]];
    const joint = u < 0.05 + pixel / 4 || v < 0.05 + pixel / 4 ? 0.45 * detail(slab[1] / 2, pixel) : 0;
    const tone = 1 + 0.28 * detail(slab[0], pixel) * (cell(key + 4, Math.floor(column), row) - 0.5);
    return shade(paving, tone * (1 - joint) * (0.9 + 0.2 * noise(key + 5, x / 2, z / 2)));
  };
  const paintGrass = (x: number, z: number, pixel: number): Colour => {
    const patch = 0.75 + 0.5 * fractal(key + 6, x / 2.5, z / 2.5);
    const blades =
      grain(key + 7, x, z, 0.07, 0.45, pixel) *
      grain(key + 8, x, z, 0.3, 0.35, pixel) *
      grain(key + 10, x, z, 1.1, 0.2, pixel);
    return shade(grass, patch * blades);
  };
  const paintWater = (x: number, z: number, pixel: number): Colour => {
    const wave =
      noise(key + 11, x / 1.6, z * 2.2) - 0.5 + detail(0.3, pixel) * (noise(key + 12, x / 0.5, z * 6) - 0.5);
    return mix(water, sky, clamped(0.15 + 0.55 * wave));
  };

  return {
    paint(x, z, pixel, texel) {
      if (onRoad(x, z)) {
        texel.label = LABEL.road;
        texel.colour = paintRoad(x, z, pixel);
      } else if (depthOf(x, z) > 0) {
        texel.label = LABEL.water;
        texel.colour = paintWater(x, z, pixel);
      } else if (onPath(x, z)) {
        texel.label = LABEL.path;
        texel.colour = paintPath(x, z, pixel);
      } else {
        texel.label = LABEL.grass;
        texel.colour = paintGrass(x, z, pixel);
      }
    },
  };
}

const clamped = (share: number) => Math.min(Math.max(share, 0), 1);
