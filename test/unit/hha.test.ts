import { expect } from 'chai';
import { fillDepth } from '../../src/data/fill_depth.js';
import { type Intrinsics, NYU_CAMERA, nyuCamera } from '../../src/data/hha/camera.js';
import { eigen3 } from '../../src/data/hha/gravity.js';
import { type DepthImage, type HhaMaps, hhaImage, hhaMaps } from '../../src/data/hha/hha.js';
import { boxSums, normals } from '../../src/data/hha/normals.js';
import { ShapeError } from '../../src/errors.js';
import { random } from '../random.js';

const [W, H] = [96, 72];
const CAMERA: Intrinsics = { fx: 70, fy: 71, cx: 47.3, cy: 36.9 };
const AREA = W * H;
type Vector = readonly [number, number, number];
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** A plane n . p = d in cm, in front of the camera; n has length 1. */
interface Plane {
  readonly n: Vector;
  readonly d: number;
}

const ray = (i: number): Vector => [
  ((i % W) + 1 - CAMERA.cx) / CAMERA.fx,
  (Math.floor(i / W) + 1 - CAMERA.cy) / CAMERA.fy,
  1,
];

/** Depth in cm of the nearest plane along a pixel's ray, and which it is. */
function hit(planes: readonly Plane[], i: number): { z: number; plane: number } {
  const all = planes.map(({ n, d }, plane) => ({ z: d / dot(n, ray(i)), plane })).filter(({ z }) => z > 0);
  return all.reduce((a, b) => (b.z < a.z ? b : a));
}

/** A scene's depth in millimetres, not rounded. */
const sceneOf = (planes: readonly Plane[]): DepthImage => ({
  width: W,
  height: H,
  values: Float64Array.from({ length: AREA }, (_, i) => 10 * hit(planes, i).z),
});

const encode = (depth: DepthImage, raw = depth): HhaMaps => hhaMaps(depth, raw, { intrinsics: CAMERA });

const expectNear = (
  found: Float64Array,
  wanted: (i: number) => number,
  within: number,
  where = (_: number) => true,
) => {
  const worst = found.reduce((e, v, i) => (where(i) ? Math.max(e, Math.abs(v - wanted(i))) : e), 0);
  expect(worst).to.be.at.most(within);
};

/** Down, of a camera that looks down by these degrees and is turned around its axis. */
function downOf(pitch: number, roll: number): Vector {
  const [p, r] = [(pitch * Math.PI) / 180, (roll * Math.PI) / 180];
  return [Math.sin(r) * Math.cos(p), Math.cos(r) * Math.cos(p), Math.sin(p)];
}

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const unit = (v: Vector): Vector => {
  const length = Math.hypot(...v);
  return [v[0] / length, v[1] / length, v[2] / length];
};

/** A room: floor 120 cm under the camera, ceiling 140 above, three walls around. */
function room(pitch: number, roll: number): { planes: Plane[]; down: Vector } {
  const down = downOf(pitch, roll);
  const up: Vector = [-down[0], -down[1], -down[2]];
  const ahead = unit(cross(cross(down, [0, 0, 1]), down));
  const right = cross(down, ahead);
  const left: Vector = [-right[0], -right[1], -right[2]];
  return {
    down,
    planes: [
      { n: down, d: 120 },
      { n: up, d: 140 },
      { n: ahead, d: 420 },
      { n: right, d: 230 },
      { n: left, d: 260 },
    ],
  };
}

/** Pixels whose whole square of this radius sees one plane. */
function inside(planes: readonly Plane[], radius: number): (i: number) => boolean {
  const seen = Array.from({ length: AREA }, (_, i) => hit(planes, i).plane);
  return (i) => {
    const [x, y] = [i % W, Math.floor(i / W)];
    for (let v = Math.max(y - radius, 0); v <= Math.min(y + radius, H - 1); v++)
      for (let u = Math.max(x - radius, 0); u <= Math.min(x + radius, W - 1); u++)
        if (seen[v * W + u] !== seen[i]) return false;
    return true;
  };
}

describe('HHA', () => {
  it('of a wall ahead: one disparity, a right angle, heights by the rows', () => {
    const wall: Plane = { n: [0, 0, 1], d: 250 };
    const maps = encode(sceneOf([wall]));
    expect(dot(maps.gravity, [0, 1, 0])).to.be.closeTo(1, 1e-12);
    expectNear(maps.disparity, () => 124, 1e-9);
    expectNear(maps.angle, () => 90, 1e-6);
    // The lowest point is 123.6 cm under the camera: it counts as the floor.
    const lowest = 250 * ray(AREA - 1)[1];
    expect(lowest).to.be.above(90);
    expectNear(maps.height, (i) => lowest - 250 * ray(i)[1], 1e-9);
    const { rgba } = hhaImage({ width: W, height: H, values: [] }, maps);
    expect([...rgba.slice(-4)]).to.deep.equal([124, 0, 128, 255]);
  });
  it('sets the floor 130 cm under a camera that sees nothing 90 cm under it', () => {
    const maps = encode(sceneOf([{ n: [0, 0, 1], d: 120 }]));
    expectNear(maps.height, (i) => 130 - 120 * ray(i)[1], 1e-9);
  });
  for (const [pitch, roll] of [
    [0, 0],
    [8, 0],
    [-6, 5],
    [20, -9],
  ] as const)
    it(`of a room, seen ${pitch} degrees down and turned by ${roll}: gravity, heights and angles`, () => {
      const { planes, down } = room(pitch, roll);
      const scene = sceneOf(planes);
      const maps = encode(scene);
      // Squares over two planes give other normals, which pull gravity a little.
      expect((Math.acos(dot(maps.gravity, down)) * 180) / Math.PI).to.be.below(1.5);
      const within = inside(planes, 3);
      const angles = [0, 180, 90, 90, 90];
      expectNear(maps.angle, (i) => angles[hit(planes, i).plane]!, 1.5, within);
      const share = Array.from({ length: AREA }, (_, i) => within(i)).filter(Boolean).length / AREA;
      expect(share).to.be.above(0.5);
      const height = (i: number) => 120 - hit(planes, i).z * dot(ray(i), down);
      expectNear(maps.height, height, 12);
      expectNear(maps.disparity, (i) => 31000 / Math.max(hit(planes, i).z, 100), 1e-9);
    });
  it('finds gravity where all squares see one plane', () => {
    // A floor alone, seen 25 degrees down.
    const n = downOf(25, 3);
    const floor = Array.from({ length: AREA }, (_, i) => dot(n, ray(i)));
    expect(Math.min(...floor)).to.be.below(0); // above the horizon
    const steep = downOf(60, 3);
    const maps = encode(sceneOf([{ n: steep, d: 120 }]));
    expect(dot(maps.gravity, [0, 1, 0])).to.be.above(0);
    // 60 degrees are nearer to a wall than to a floor: gravity lies in the plane, as the published code has it.
    expect(dot(maps.gravity, steep)).to.be.closeTo(0, 1e-6);
    const gentle = downOf(40, 3);
    const seen = encode(
      sceneOf([
        { n: gentle, d: 120 },
        { n: [0, 0, 1], d: 900 },
      ]),
    );
    expect(seen.angle.filter((a) => a < 5).length).to.be.above(AREA / 2);
  });
  it('gives exact normals that point away, from depth that is known on one side alone', () => {
    const { planes } = room(12, 4);
    const scene = sceneOf([planes[0]!, { n: [0, 0, 1], d: 2000 }]);
    const known = (i: number) => i % W > 30;
    const n = normals(Float64Array.from(scene.values), known, W, CAMERA, 3);
    const i = (H - 8) * W + 31;
    expect(
      [n[i], n[AREA + i], n[2 * AREA + i]].map((v, k) => Math.abs(v! - planes[0]!.n[k]!) < 1e-7),
    ).to.deep.equal([true, true, true]);
    expect(n[(H - 8) * W + 20]).to.be.NaN;
  });
  // Pixels in column 37 have but one measured column near, which is no plane.
  it('of points whose surroundings were not measured has the angle 180', () => {
    const scene = sceneOf([{ n: [0, 0, 1], d: 250 }]);
    const raw = { ...scene, values: Float64Array.from(scene.values, (mm, i) => (i % W < 40 ? 0 : mm)) };
    const maps = encode(scene, raw);
    expectNear(maps.angle, (i) => (i % W < 38 ? 180 : 90), 1e-4);
    const { rgba } = hhaImage(scene, maps);
    expect([rgba[2], rgba[4 * 60 + 2]]).to.deep.equal([218, 128]);
  });
  it('of depth in whole millimetres is near that of exact depth', () => {
    const { planes, down } = room(8, 0);
    const scene = sceneOf(planes);
    const rounded = { ...scene, values: Uint16Array.from(scene.values, Math.round) };
    const maps = encode(rounded);
    expect((Math.acos(dot(maps.gravity, down)) * 180) / Math.PI).to.be.below(1.5);
    const exact = encode(scene);
    expectNear(maps.angle, (i) => exact.angle[i]!, 1.5, inside(planes, 3));
  });
  it('cuts near and far, and rounds halves up', () => {
    const depth = { width: 4, height: 1, values: [] };
    const maps = {
      disparity: Float64Array.of(31000 / 121.6, 31, 254.5, 310),
      height: Float64Array.of(0, 255.4, 256, 0.5),
      angle: Float64Array.of(0, 90, 180, 51.5),
      gravity: [0, 1, 0] as const,
    };
    const { rgba } = hhaImage(depth, maps);
    expect([...rgba]).to.deep.equal([
      255, 0, 38, 255, 31, 255, 128, 255, 255, 255, 218, 255, 255, 1, 90, 255,
    ]);
  });
  it('refuses holes, another size, and a size without a camera', () => {
    const scene = sceneOf([{ n: [0, 0, 1], d: 250 }]);
    const hole = { ...scene, values: Float64Array.from(scene.values, (mm, i) => (i === 2 * W + 5 ? 0 : mm)) };
    expect(() => encode(hole, scene)).to.throw(
      ShapeError,
      'hha: depth 0 at row 2, column 5, should be filled in',
    );
    expect(() => encode(scene, { ...scene, width: H, height: W })).to.throw(
      ShapeError,
      'raw depth of 72 x 96',
    );
    expect(() => hhaMaps(scene, scene)).to.throw(ShapeError, 'hha: 96 x 72 pixels, should be 560 x 425');
  });
  it("knows NYUDv2's camera, and what its cut images lose", () => {
    expect(nyuCamera({ width: 640, height: 480 })).to.deep.equal(NYU_CAMERA);
    const { cx, cy, fx } = nyuCamera({ width: 560, height: 425 });
    expect([cx, cy, fx]).to.deep.equal([325.5824494111903 - 40, 253.73616633400465 - 45, 518.8579011745019]);
  });
});

describe('what HHA is made of', () => {
  it('box sums are those of the pixels in the picture', () => {
    const [w, h, r] = [11, 7, 2];
    const x = Float64Array.from(random(w * h, 5));
    boxSums(x, w, h, r).forEach((sum, i) => {
      let wanted = 0;
      for (let v = Math.floor(i / w) - r; v <= Math.floor(i / w) + r; v++)
        for (let u = (i % w) - r; u <= (i % w) + r; u++)
          if (u >= 0 && u < w && v >= 0 && v < h) wanted += x[v * w + u]!;
      expect(sum).to.be.closeTo(wanted, 1e-12);
    });
  });
  it('eigenvectors are orthogonal and stretch as they should', () => {
    for (let seed = 0; seed < 50; seed++) {
      const [a, b, c, d, e, f] = random(6, seed) as unknown as number[];
      const m = [
        [a!, b!, c!],
        [b!, d!, e!],
        [c!, e!, f!],
      ];
      const all = eigen3(m);
      expect(all.reduce((sum, { value }) => sum + value, 0)).to.be.closeTo(a! + d! + f!, 1e-12);
      for (const [i, { value, vector }] of all.entries()) {
        for (const [j, other] of all.entries())
          expect(dot(vector, other.vector)).to.be.closeTo(i === j ? 1 : 0, 1e-12);
        for (const [k, row] of m.entries())
          expect(dot(row as unknown as Vector, vector)).to.be.closeTo(value * vector[k]!, 1e-12);
      }
    }
  });
  it('holes are filled with what is nearest', () => {
    const fill = (width: number, ...values: number[]) => [
      ...fillDepth({ width, height: values.length / width, values: Uint16Array.from(values) }).values,
    ];
    expect(fill(5, 1, 0, 0, 0, 2)).to.deep.equal([1, 1, 1, 2, 2]);
    expect(fill(3, 0, 0, 0, 0, 7, 0, 0, 0, 9)).to.deep.equal([7, 7, 7, 7, 7, 7, 7, 7, 9]);
    expect(fill(2, 3, 4, 5, 6)).to.deep.equal([3, 4, 5, 6]);
    expect(() => fill(2, 0, 0)).to.throw(ShapeError, 'depth: 0 at all 2 x 1 pixels');
  });
});
