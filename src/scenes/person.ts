import { LABEL } from './classes.js';
import { blended, type Colour, type Panel, shade, standing, type Vec3 } from './panel.js';
import { noise, type Random } from './random.js';

const SKIN: readonly Colour[] = [
  [0.85, 0.66, 0.54],
  [0.6, 0.42, 0.3],
  [0.36, 0.24, 0.18],
];
const HAIR: readonly Colour[] = [
  [0.1, 0.08, 0.07],
  [0.36, 0.24, 0.14],
  [0.7, 0.6, 0.4],
];
const CLOTHES: readonly Colour[] = [
  [0.7, 0.16, 0.16],
  [0.16, 0.24, 0.5],
  [0.16, 0.16, 0.18],
  [0.85, 0.84, 0.8],
  [0.8, 0.66, 0.2],
  [0.24, 0.44, 0.3],
  [0.5, 0.36, 0.5],
];

/** Heights over the ground as shares of a person's: knee to head. */
const [HIP, SHOULDER, NECK, HEAD] = [0.47, 0.81, 0.86, 0.93];

/** A person in two garments, standing or walking. */
export function person(random: Random, at: readonly [number, number], eye: Vec3): Panel {
  const key = random.fork().key;
  const tall = random.range(1.5, 1.9);
  const [skin, hair, top, below] = [SKIN, HAIR, CLOTHES, CLOTHES].map((list) => blended(random, list)) as [
    Colour,
    Colour,
    Colour,
    Colour,
  ];
  const stout = random.range(0.14, 0.18);
  const stride = random.range(0.01, 0.08);
  const [left, right] = [random.range(0.02, 0.12), random.range(0.02, 0.12)];
  const width = 0.62 * tall;
  const skirt = random.chance(0.2);

  /** Which part a point shows, by x from the middle and y from the ground, in shares of the height. */
  const part = (x: number, y: number): Colour | null => {
    const head = (x * x) / 0.0026 + ((y - HEAD) * (y - HEAD)) / 0.0046;
    if (head < 1) return y > HEAD + 0.02 || head > 0.75 ? hair : skin;
    if (y > NECK) return Math.abs(x) < 0.025 && y < HEAD ? skin : null;
    const across = Math.abs(x);
    if (y > HIP) {
      const body =
        y > SHOULDER
          ? stout * (1 - ((y - SHOULDER) / (NECK - SHOULDER)) * 0.7)
          : stout * (0.78 + 0.22 * ((y - HIP) / (SHOULDER - HIP)));
      if (across < body * 0.86) return top;
      const arm = stout * 0.8 + (x < 0 ? left : right) * ((SHOULDER - y) / (SHOULDER - HIP));
      return y < SHOULDER && Math.abs(across - arm) < 0.034
        ? y < HIP + 0.06
          ? skin
          : shade(top, 0.85)
        : null;
    }
    const down = (HIP - y) / HIP;
    if (skirt && y > 0.26) return across < stout * (0.8 + 0.6 * down) ? below : null;
    const leg = 0.055 + stride * down;
    if (Math.abs(across - leg) < 0.055 - 0.014 * down)
      return y < 0.035 ? [0.1, 0.09, 0.08] : skirt ? skin : below;
    return null;
  };
  const at01 = (u: number, v: number) => part((u - width / 2) / tall, v / tall);
  return standing(at, eye, [width, tall], {
    covers: (u, v) => at01(u, v) !== null,
    paint: (u, v, _, texel) => {
      texel.label = LABEL.person;
      const folds = 0.8 + 0.35 * noise(key, u * 9, v * 4);
      texel.colour = shade(at01(u, v) ?? below, folds);
    },
  });
}
