import { LABEL } from './classes.js';
import { blended, type Colour, mix, type Panel, shade, UP, unit } from './panel.js';
import { noise, type Random } from './random.js';

const WOOD: readonly Colour[] = [
  [0.5, 0.38, 0.26],
  [0.8, 0.79, 0.75],
  [0.32, 0.26, 0.22],
  [0.36, 0.42, 0.4],
];

/** A fence between two places: pales between rails, bars, or a mesh of wires; one sees through all of them. */
export function fence(
  random: Random,
  from: readonly [number, number],
  to: readonly [number, number],
  pixels: number,
  metresPerPixel: number,
): Panel {
  const colour = blended(random, WOOD);
  const key = random.fork().key;
  const height = random.range(0.9, 1.5);
  const gap = random.range(0.7, 1.4);
  const kind = random.whole(0, 2);
  const [dx, dz] = [to[0] - from[0], to[1] - from[1]];
  const near = (value: number, every: number, wide: number) => {
    const place = value / every;
    return Math.abs(place - Math.floor(place) - 0.5) * every < wide / 2;
  };
  const covers = (u: number, v: number, pixel: number): boolean => {
    const wide = Math.max(pixels * metresPerPixel, pixel, 0.05);
    const step = wide * (1 + gap);
    const post = near(u, 2.2, wide * 1.5);
    const rail = Math.abs(v - height * 0.8) < wide / 2 || Math.abs(v - height * 0.3) < wide / 2;
    if (kind === 0) return v < height * 0.94 ? near(u, step, wide) || rail : near(u, step, wide * 0.6);
    if (kind === 1) return post || near(v, height / 4, wide);
    return post || near(u + v, step * 1.4, wide) || near(u - v, step * 1.4, wide) || v > height - wide;
  };
  return {
    origin: [from[0], 0, from[1]],
    along: unit([dx, 0, dz]),
    up: UP,
    width: Math.sqrt(dx * dx + dz * dz),
    height,
    covers,
    paint: (u, v, _, texel) => {
      texel.label = LABEL.fence;
      texel.colour = mix(shade(colour, 0.8 + 0.4 * noise(key, u * 3, v * 3)), colour, 0.4);
    },
  };
}
