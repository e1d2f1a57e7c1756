import { type Colour, clamp, mix, shade, unit, type Vec3 } from './panel.js';
import { fractal, type Random } from './random.js';

/** Where light comes from, and what the air does to it. */
export interface Light {
  /** Towards the sun. */
  readonly sun: Vec3;
  /** Light of the sun and of the sky, by channel. */
  readonly direct: Colour;
  readonly ambient: Colour;
  readonly horizon: Colour;
  /** The sky along a ray. */
  readonly sky: (ray: Vec3) => Colour;
  /** Share of a colour that air takes on the way, by the depth in metres. */
  readonly haze: (depth: number) => number;
}

/** Zenith and horizon of the sky, and how much of the light is the sun's. */
const MOODS: readonly (readonly [zenith: Colour, horizon: Colour, sun: number])[] = [
  [[0.3, 0.5, 0.82], [0.72, 0.82, 0.92], 0.62],
  [[0.42, 0.58, 0.8], [0.85, 0.86, 0.86], 0.55],
  [[0.62, 0.64, 0.67], [0.78, 0.78, 0.79], 0.08],
  [[0.4, 0.43, 0.48], [0.6, 0.62, 0.64], 0.05],
  [[0.42, 0.44, 0.62], [0.92, 0.68, 0.48], 0.5],
  [[0.74, 0.76, 0.78], [0.92, 0.9, 0.86], 0.3],
];
const CLOUD: Colour = [0.92, 0.92, 0.93];

export function light(random: Random): Light {
  const key = random.fork().key;
  const [zenith, horizon, share] = random.pick(MOODS);
  const gain = random.range(0.72, 1.15);
  const warm = random.range(-0.13, 0.13);
  const tint: Colour = [1 + warm, 1 + random.range(-0.07, 0.07), 1 - warm];
  const sun = unit([random.range(-1, 1), random.range(0.35, 1.2), random.range(-0.9, 0.6)]);
  const cloudy = random.range(0.3, 0.75);
  const scale = random.range(1.2, 3);
  const thick = random.range(90, 500);
  const tinted = (colour: Colour, factor: number): Colour => [
    colour[0] * tint[0] * factor,
    colour[1] * tint[1] * factor,
    colour[2] * tint[2] * factor,
  ];
  return {
    sun,
    direct: tinted([1, 0.97, 0.9], share * gain),
    ambient: tinted(mix([1, 1, 1], zenith, 0.25), (1 - share * 0.72) * gain),
    horizon: shade(horizon, gain),
    sky: ([x, y, z]) => {
      const length = Math.sqrt(x * x + y * y + z * z);
      const rise = clamp(y / length, 0, 1);
      const clear = mix(horizon, zenith, clamp(rise * 2.2));
      const [u, v] = [(x / (y + 0.25 * length)) * scale, (z / (y + 0.25 * length)) * scale];
      const cloud = clamp((fractal(key, u + 40, v + 40) - cloudy) * 4) * clamp(rise * 6);
      return shade(mix(clear, CLOUD, 0.75 * cloud), gain);
    },
    haze: (depth) => depth / (depth + thick),
  };
}
