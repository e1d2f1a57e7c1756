import { LABEL } from './classes.js';
import { blended, type Colour, mix, type Panel, shade, type Texel, unit, type Vec3 } from './panel.js';
import type { Random } from './random.js';

const PAINTS: readonly Colour[] = [
  [0.7, 0.12, 0.1],
  [0.14, 0.2, 0.46],
  [0.84, 0.84, 0.84],
  [0.12, 0.12, 0.14],
  [0.5, 0.52, 0.54],
  [0.2, 0.36, 0.26],
  [0.74, 0.66, 0.4],
];
const TYRE: Colour = [0.07, 0.07, 0.08];
const HUB: Colour = [0.5, 0.5, 0.52];
const LAMP: Colour = [0.95, 0.92, 0.8];
const TAIL: Colour = [0.7, 0.06, 0.05];

/**
 * A car that stands along z: a body with wheels and lamps, and a cabin whose windows one may see through.
 * @param forward whether its front is farther away.
 */
export function car(
  random: Random,
  [x, z]: readonly [number, number],
  glass: Colour,
  forward: boolean,
): Panel[] {
  const paint = blended(random, PAINTS);
  const [length, width] = [random.range(3.7, 4.8), random.range(1.65, 1.95)];
  const tall = random.chance(0.25);
  const belt = random.range(0.82, 1);
  const roof = belt + random.range(0.48, 0.62) + (tall ? 0.4 : 0);
  const radius = random.range(0.3, 0.36);
  const clear = random.chance(0.6);
  const [hood, boot] = tall ? [0.16, 0.03] : [random.range(0.2, 0.3), random.range(0.08, 0.2)];
  const [near, far] = forward ? [boot, hood] : [hood, boot];
  const [x0, x1] = [x - width / 2, x + width / 2];
  const [z0, z1] = [z - length / 2, z + length / 2];
  const [c0, c1] = [z0 + near * length, z1 - far * length];
  const rake = 0.3;
  const show = (texel: Texel, colour: Colour) => {
    texel.label = LABEL.car;
    texel.colour = colour;
  };

  const wheelAt = (u: number, v: number): number => {
    const centre = Math.abs(u - length / 2) - length * 0.31;
    return Math.sqrt(centre * centre + (v - radius) * (v - radius));
  };
  const side = (origin: Vec3, along: Vec3): Panel => ({
    origin,
    along,
    up: [0, 1, 0],
    width: length,
    height: belt,
    covers: (u, v) => v > radius * 0.75 || wheelAt(u, v) < radius,
    paint: (u, v, pixel, texel) => {
      const wheel = wheelAt(u, v);
      if (wheel < radius) show(texel, wheel < radius * 0.5 ? HUB : TYRE);
      else if (wheel < radius * 1.22) show(texel, shade(paint, 0.25));
      else {
        const line =
          Math.abs(u - length * 0.52) < 0.02 + pixel / 4 || Math.abs(v - belt * 0.72) < 0.02 + pixel / 5;
        show(texel, shade(paint, (line ? 0.6 : 0.8) + 0.3 * (v / belt)));
      }
    },
  });
  const end = (origin: Vec3, along: Vec3, front: boolean): Panel => ({
    origin,
    along,
    up: [0, 1, 0],
    width,
    height: belt,
    covers: (u, v) => v > radius * 0.75 || Math.min(u, width - u) < 0.24,
    paint: (u, v, _, texel) => {
      const edge = Math.min(u, width - u);
      if (v < radius * 0.75) show(texel, TYRE);
      else if (edge < 0.42 && edge > 0.06 && v > belt * 0.6 && v < belt * 0.86)
        show(texel, front ? LAMP : TAIL);
      else if (v < belt * 0.48) show(texel, shade(paint, 0.45));
      else if (Math.abs(u - width / 2) < 0.27 && v < belt * 0.66) show(texel, [0.85, 0.85, 0.75]);
      else show(texel, shade(paint, front && v < belt * 0.8 && edge > 0.42 ? 0.5 : 0.95));
    },
  });

  const pane = (u: number, v: number, w: number, high: number) => {
    const inset = 0.08 + rake * Math.max(v / high, 0);
    return v > 0.06 && v < high - 0.08 && u > inset && u < w - inset && Math.abs(u - w * 0.52) > 0.05;
  };
  const high = roof - belt;
  const cabin = (origin: Vec3, along: Vec3, w: number, up: Vec3, h: number, lean: number): Panel => ({
    origin,
    along,
    up,
    width: w,
    height: h,
    covers: (u, v) => {
      const edge = (lean * v) / h;
      return u >= edge && u <= w - edge && !(clear && pane(u, v, w, h));
    },
    paint: (u, v, _, texel) =>
      pane(u, v, w, h)
        ? show(texel, mix(shade(glass, 0.22), glass, 0.35 * (v / h)))
        : show(texel, shade(paint, 0.9)),
  });
  const flat = (
    zs: readonly [number, number],
    y: number,
    xs: readonly [number, number],
    tone: number,
  ): Panel => ({
    origin: [xs[0], y, zs[0]],
    along: [1, 0, 0],
    up: [0, 0, 1],
    width: xs[1] - xs[0],
    height: zs[1] - zs[0],
    paint: (_, __, ___, texel) => show(texel, shade(paint, tone)),
  });
  const slanted = Math.sqrt(high * high + rake * rake);
  const inset = 0.1;
  return [
    side([x0, 0, z1], [0, 0, -1]),
    side([x1, 0, z0], [0, 0, 1]),
    end([x0, 0, z0], [1, 0, 0], !forward),
    end([x1, 0, z1], [-1, 0, 0], forward),
    flat([z0, z1], belt, [x0, x1], 1.05),
    cabin([x0 + 0.03, belt, c1], [0, 0, -1], c1 - c0, unit([inset, high, 0]), high, rake),
    cabin([x1 - 0.03, belt, c0], [0, 0, 1], c1 - c0, unit([-inset, high, 0]), high, rake),
    cabin([x0, belt, c0], [1, 0, 0], width, unit([0, high, rake]), slanted, inset),
    cabin([x1, belt, c1], [-1, 0, 0], width, unit([0, high, -rake]), slanted, inset),
    flat([c0 + rake, c1 - rake], roof, [x0 + inset, x1 - inset], 1.1),
  ];
}
