import { noise, type Random } from './random.js';

/** Metres: x right along the ground, y up, z ahead. */
export type Vec3 = readonly [x: number, y: number, z: number];
/** Red, green and blue in [0, 1]. */
export type Colour = readonly [r: number, g: number, b: number];

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const unit = (a: Vec3): Vec3 => {
  const length = Math.sqrt(dot(a, a));
  return [a[0] / length, a[1] / length, a[2] / length];
};

export const UP: Vec3 = [0, 1, 0];

/** What shows at a point: written anew by every `paint`. */
export interface Texel {
  label: number;
  /** Reflected share of the light. */
  colour: Colour;
}

/**
 * A flat piece of a scene: points origin + u * along + v * up with u, v in metres from 0 to the size. All things
 * are made of panels, and shadows are cast by them.
 */
export interface Panel {
  readonly origin: Vec3;
  readonly along: Vec3;
  readonly up: Vec3;
  readonly width: number;
  readonly height: number;
  /** Seen from outside only, where `cross(along, up)` points away from the eye. */
  readonly closed?: boolean;
  /** Whether it is there at a point, where it has holes or an outline. `pixel` is the size of one there, in metres. */
  readonly covers?: (u: number, v: number, pixel: number) => boolean;
  readonly paint: (u: number, v: number, pixel: number, texel: Texel) => void;
}

export const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];
export const shade = (a: Colour, factor: number): Colour => [a[0] * factor, a[1] * factor, a[2] * factor];
export const clamp = (value: number, low = 0, high = 1): number => Math.min(Math.max(value, low), high);

/** How much of a pattern of this size in metres is left where a pixel spans so much. */
export const detail = (size: number, pixel: number): number => clamp(size / pixel - 1);

/** A factor around 1 that varies by noise of a size in metres. */
export const grain = (key: number, u: number, v: number, size: number, strength: number, pixel: number) =>
  1 + strength * detail(size, pixel) * (2 * noise(key, u / size, v / size) - 1);

/** A colour between two of a list, neither of them exactly. */
export function blended(random: Random, colours: readonly Colour[]): Colour {
  const between = mix(random.pick(colours), random.pick(colours), random.next());
  const wobble = () => random.range(0.9, 1.1);
  return [clamp(between[0] * wobble()), clamp(between[1] * wobble()), clamp(between[2] * wobble())];
}

/** An upright panel at a place on the ground that faces the eye, as wide and high as given, its foot in the middle. */
export function standing(
  at: readonly [x: number, z: number],
  eye: Vec3,
  size: readonly [width: number, height: number],
  rest: Pick<Panel, 'paint' | 'covers'>,
  foot = 0,
): Panel {
  const [dx, , dz] = unit([at[0] - eye[0], 0, at[1] - eye[2]]);
  const along: Vec3 = [dz, 0, -dx];
  const [width, height] = size;
  const origin: Vec3 = [at[0] - (along[0] * width) / 2, foot, at[1] - (along[2] * width) / 2];
  return { origin, along, up: UP, width, height, ...rest };
}
