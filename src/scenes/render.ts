import { bounds, type Camera, NEAR } from './camera.js';
import { LABEL } from './classes.js';
import type { World } from './layout.js';
import { type Colour, cross, dot, type Panel, type Texel, type Vec3 } from './panel.js';

/** What each pixel's centre sees. */
export interface Buffers {
  /** Linear-ish colour, [h, w, 3]. */
  readonly colour: Float64Array;
  readonly labels: Uint8Array;
  /** Metres along the optical axis; Infinity in the sky. */
  readonly depth: Float64Array;
}

/** A panel with what its intersections need: depth = far / (normal . ray). */
interface Placed {
  readonly panel: Panel;
  readonly normal: Vec3;
  readonly far: number;
  /** u and v of the eye. */
  readonly u: number;
  readonly v: number;
}

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

function placed(panel: Panel, eye: Vec3): Placed {
  const normal = cross(panel.along, panel.up);
  const from = minus(eye, panel.origin);
  return { panel, normal, far: -dot(normal, from), u: dot(from, panel.along), v: dot(from, panel.up) };
}

/** For each pixel the nearest panel's index, or -1, with the depth; the nearest surface at its centre. */
function nearest(camera: Camera, all: readonly Placed[]): { front: Int32Array; depth: Float64Array } {
  const { h, w, rays, intrinsics } = camera;
  const front = new Int32Array(h * w).fill(-1);
  const depth = new Float64Array(h * w).fill(Number.POSITIVE_INFINITY);
  for (const [index, { panel, normal, far, u, v }] of all.entries()) {
    if (panel.closed && far <= 0) continue;
    const area = bounds(camera, panel);
    if (!area) continue;
    const { along, up, width, height, covers } = panel;
    const [top, left, bottom, right] = area;
    for (let row = top; row <= bottom; row++)
      for (let pixel = row * w + left; pixel <= row * w + right; pixel++) {
        const x = rays[3 * pixel]!;
        const y = rays[3 * pixel + 1]!;
        const z = rays[3 * pixel + 2]!;
        const t = far / (normal[0] * x + normal[1] * y + normal[2] * z);
        if (!(t > NEAR && t < depth[pixel]!)) continue;
        const a = u + t * (along[0] * x + along[1] * y + along[2] * z);
        const b = v + t * (up[0] * x + up[1] * y + up[2] * z);
        if (a < 0 || a > width || b < 0 || b > height) continue;
        if (covers && !covers(a, b, t / intrinsics.fx)) continue;
        front[pixel] = index;
        depth[pixel] = t;
      }
  }
  return { front, depth };
}

/** A panel that may shade the ground: u and v of what shades a place, as functions of x and z, and where. */
interface Caster {
  readonly panel: Panel;
  readonly u: Vec3;
  readonly v: Vec3;
  /** Steps to the sun. */
  readonly t: Vec3;
  readonly x0: number;
  readonly z0: number;
  readonly x1: number;
  readonly z1: number;
}

/** From (x, 0, z) the sun's ray meets a panel at t = -normal . (p - origin) / normal . sun. */
function casters(all: readonly Placed[], sun: Vec3): Caster[] {
  return all.flatMap(({ panel, normal }) => {
    const { origin, along, up, width, height } = panel;
    const slope = dot(normal, sun);
    if (Math.abs(slope) < 0.02) return [];
    const t: Vec3 = [-normal[0] / slope, -normal[2] / slope, dot(normal, origin) / slope];
    const linear = (axis: Vec3): Vec3 => {
      const rise = dot(sun, axis);
      return [axis[0] + t[0] * rise, axis[2] + t[1] * rise, t[2] * rise - dot(axis, origin)];
    };
    const corners = [0, 1, 2, 3].map((i) => {
      const [a, b] = [i & 1 ? width : 0, i & 2 ? height : 0];
      const p = [0, 1, 2].map((axis) => origin[axis]! + a * along[axis]! + b * up[axis]!);
      return [p[0]! - (p[1]! * sun[0]) / sun[1], p[2]! - (p[1]! * sun[2]) / sun[1]] as const;
    });
    const [xs, zs] = [corners.map(([x]) => x), corners.map(([, z]) => z)];
    const area = { x0: Math.min(...xs), z0: Math.min(...zs), x1: Math.max(...xs), z1: Math.max(...zs) };
    return [{ panel, u: linear(along), v: linear(up), t, ...area }];
  });
}

/** Whether a panel stands between a place on the ground and the sun. */
function shaded(all: readonly Caster[], x: number, z: number, pixel: number): boolean {
  for (const one of all) {
    if (x < one.x0 || x > one.x1 || z < one.z0 || z > one.z1) continue;
    if (one.t[0] * x + one.t[1] * z + one.t[2] < 1e-3) continue;
    const u = one.u[0] * x + one.u[1] * z + one.u[2];
    const v = one.v[0] * x + one.v[1] * z + one.v[2];
    const { width, height, covers } = one.panel;
    if (u >= 0 && u <= width && v >= 0 && v <= height && (covers?.(u, v, pixel) ?? true)) return true;
  }
  return false;
}

/** Draws a world, without noise. */
export function render({ camera, light, ground, panels }: World): Buffers {
  const { h, w, rays, eye, intrinsics } = camera;
  const all = panels.map((panel) => placed(panel, eye));
  const { front, depth } = nearest(camera, all);
  const shadows = casters(all, light.sun);
  const lit = all.map(({ panel, normal, far }) => {
    // A panel is lit on the side that is seen; one that stands for something round is lit from all sides.
    const facing = (far > 0 ? -1 : 1) * dot(normal, light.sun);
    return panel.covers && !panel.closed ? 0.55 + 0.3 * Math.max(facing, 0) : Math.max(facing, 0);
  });
  const colour = new Float64Array(3 * h * w);
  const labels = new Uint8Array(h * w);
  const texel: Texel = { label: 0, colour: [0, 0, 0] };
  const put = (pixel: number, seen: Colour, direct: number, haze: number) => {
    for (let c = 0; c < 3; c++) {
      const reflected = seen[c]! * (light.ambient[c]! + direct * light.direct[c]!);
      colour[3 * pixel + c] = reflected + (light.horizon[c]! - reflected) * haze;
    }
  };
  for (let pixel = 0; pixel < h * w; pixel++) {
    const ray: Vec3 = [rays[3 * pixel]!, rays[3 * pixel + 1]!, rays[3 * pixel + 2]!];
    const index = front[pixel]!;
    const floor = ray[1] < 0 ? -eye[1] / ray[1] : Number.POSITIVE_INFINITY;
    if (index >= 0 && depth[pixel]! <= floor) {
      const { panel, u, v } = all[index]!;
      const t = depth[pixel]!;
      panel.paint(u + t * dot(panel.along, ray), v + t * dot(panel.up, ray), t / intrinsics.fx, texel);
      put(pixel, texel.colour, lit[index]!, light.haze(t));
      labels[pixel] = texel.label;
    } else if (floor < Number.POSITIVE_INFINITY) {
      const [x, z] = [eye[0] + floor * ray[0], eye[2] + floor * ray[2]];
      // Ground is seen at a slant: a pixel spans more of it along the view.
      const span = (floor / intrinsics.fx) * Math.sqrt(Math.max(floor / (3 * eye[1]), 1));
      ground.paint(x, z, span, texel);
      const direct = floor < 120 && shaded(shadows, x, z, span) ? 0 : light.sun[1];
      put(pixel, texel.colour, direct, light.haze(floor));
      depth[pixel] = floor;
      labels[pixel] = texel.label;
    } else {
      const sky = light.sky(ray);
      for (let c = 0; c < 3; c++) colour[3 * pixel + c] = sky[c]!;
      depth[pixel] = Number.POSITIVE_INFINITY;
      labels[pixel] = LABEL.sky;
    }
  }
  return { colour, labels, depth };
}
