import { LABEL } from './classes.js';
import { blended, type Colour, clamp, detail, type Panel, shade, standing, type Vec3 } from './panel.js';
import { fractal, noise, type Random } from './random.js';

const LEAVES: readonly Colour[] = [
  [0.16, 0.32, 0.12],
  [0.3, 0.4, 0.14],
  [0.14, 0.26, 0.2],
  [0.52, 0.34, 0.12],
  [0.46, 0.22, 0.14],
  [0.38, 0.36, 0.24],
  [0.5, 0.5, 0.47],
  [0.42, 0.28, 0.36],
];
const BARK: readonly Colour[] = [
  [0.3, 0.22, 0.16],
  [0.42, 0.38, 0.34],
  [0.24, 0.2, 0.18],
];

/** How far inside the crown a point is, from 1 in the middle to 0 at its edge, by x and y in [-1, 1]. */
type Crown = (x: number, y: number) => number;

const CROWNS: readonly ((key: number) => Crown)[] = [
  // a round one of several lobes
  (key) => (x, y) => 1.05 - x * x - y * y - 0.5 * noise(key, 2 * x + 7, 2 * y + 7),
  // one that is wide above
  (key) => (x, y) =>
    1 - (x * x) / (0.45 + 0.4 * clamp(y + 0.7)) - y * y * 0.95 - 0.4 * noise(key, 3 * x + 7, 3 * y + 7),
  // a conifer in tiers
  (key) => (x, y) => {
    const tier = (1 - y) * 2.6;
    const reach = (1 - y) * 0.42 * (0.72 + 0.38 * (tier - Math.floor(tier))) + 0.1;
    return (1 - Math.abs(x) / reach) * 1.2 - 0.25 * noise(key, 9 * x, 9 * y);
  },
];

/** A tree, or a bush without a stem: one sees through its leaves. */
export function tree(
  random: Random,
  at: readonly [number, number],
  eye: Vec3,
  height: number,
  bush = false,
): Panel {
  const key = random.fork().key;
  const [leaf, bark] = [blended(random, LEAVES), blended(random, BARK)];
  const conifer = !bush && random.chance(0.25);
  const crown = (conifer ? CROWNS[2]! : random.pick(CROWNS.slice(0, 2)))(key);
  const width =
    height * (bush ? random.range(1, 1.7) : conifer ? random.range(0.4, 0.55) : random.range(0.6, 0.95));
  const foot = bush ? 0 : height * (conifer ? 0.12 : random.range(0.22, 0.4));
  const stem = height * random.range(0.025, 0.045);
  const clump = random.range(0.35, 0.6);
  const thin = random.range(0.2, 0.42);
  const inside = (u: number, v: number): number =>
    v < foot * 0.8 ? -1 : crown((2 * u) / width - 1, (2 * (v - foot * 0.8)) / (height - foot * 0.8) - 1);
  const isStem = (u: number, v: number, pixel: number) =>
    !bush &&
    v < foot * 1.3 &&
    Math.abs(u - width / 2) < Math.max(stem * (1.2 - (0.4 * v) / foot), pixel * 0.6);
  return standing(at, eye, [width, height], {
    covers: (u, v, pixel) => {
      const depth = inside(u, v);
      if (depth > 0) {
        const gaps =
          noise(key + 3, u / clump, v / clump) * 0.55 +
          noise(key + 4, (2.7 * u) / clump, (2.7 * v) / clump) * 0.45;
        if (gaps + 0.45 * Math.min(depth, 0.75) > thin + 0.1) return true;
      }
      return isStem(u, v, pixel);
    },
    paint: (u, v, pixel, texel) => {
      texel.label = LABEL.tree;
      const depth = inside(u, v);
      if (depth <= 0 || (depth < 0.25 && isStem(u, v, pixel))) {
        texel.colour = shade(bark, 0.75 + 0.5 * noise(key + 5, u / (stem * 0.5), v * 1.2));
        return;
      }
      const lumps = fractal(key + 6, u / clump, v / clump);
      const leaves = detail(0.12, pixel) * (noise(key + 7, u / 0.13, v / 0.13) - 0.5);
      const lit = 0.55 + 0.45 * (v / height) + 0.2 * ((u / width) * 2 - 1) * 0.5;
      texel.colour = shade(leaf, lit * clamp(0.35 + 1.3 * (lumps - 0.15) + 0.9 * leaves, 0.15, 1.7));
    },
  });
}
