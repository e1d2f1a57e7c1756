import { type Camera, camera } from './camera.js';
import { type Ground, ground, type Plan } from './ground.js';
import { type Light, light } from './light.js';
import type { Panel } from './panel.js';
import { Random } from './random.js';
import { Stage } from './stage.js';

/** All that a picture is made of. */
export interface World {
  readonly camera: Camera;
  readonly light: Light;
  readonly ground: Ground;
  readonly panels: readonly Panel[];
}

type Size = readonly [h: number, w: number];

/** Where the last things of a scene stand, in metres ahead. */
const FAR = 58;

/** A road ahead between pavements, lots with houses, gardens and trees on both sides. */
function street(stage: Stage, { road, path, crossing }: Plan): void {
  const { random } = stage;
  for (const side of [-1, 1]) {
    const kerb = road + path;
    const setback = random.chance(0.5) ? random.range(0, 1) : random.range(2, 6);
    const houses = random.range(0.45, 0.95);
    const fenced = random.chance(0.5);
    for (let z = -8; z < FAR; ) {
      const depth = random.range(7, 14);
      const open = crossing !== null && z < crossing + road && z + depth > crossing - road;
      if (!open) lot(stage, side, kerb, setback, [z, z + depth], random.chance(houses), fenced);
      z += depth + random.range(0.3, 2.5);
    }
    for (let z = random.range(3.5, 8); z < 24; z += random.range(4, 9)) stage.pole([side * (road + 0.4), z]);
    for (let z = random.range(4, 9); z < 30; z += random.range(6, 16))
      if (random.chance(0.75)) stage.sign([side * (road + random.range(0.5, path)), z]);
    if (random.chance(0.4))
      for (let z = random.range(6, 12); z < 45; z += random.range(5, 10))
        stage.tree([side * (road + path * 0.85), z], random.range(3, 6));
    const parked = random.range(0.1, 1);
    for (let z = random.range(2, 8); z < 36; z += random.range(5.2, 8))
      if (random.chance(parked)) stage.car([side * (road - 1.05), z], side > 0);
    for (let i = random.whole(1, 4); i > 0; i--)
      stage.person([side * random.range(road - 0.3, kerb), random.range(2.8, 11)]);
  }
  if (random.chance(0.7))
    stage.car([random.range(-0.5, 0.5) * (road - 0.6), random.range(5, 15)], random.chance(0.5));
  if (random.chance(0.7)) stage.backdrop(random.range(46, FAR), -30, 30);
}

/** What stands beside a pavement: a house, or a garden with trees; a fence before some. */
function lot(
  stage: Stage,
  side: number,
  kerb: number,
  setback: number,
  [z0, z1]: readonly [number, number],
  built: boolean,
  fenced: boolean,
): void {
  const { random } = stage;
  const front = kerb + setback;
  const back = front + random.range(6, 10);
  if (built) stage.building(side > 0 ? [front, back] : [-back, -front], [z0, z1]);
  else
    for (let i = random.whole(1, 4); i > 0; i--) {
      const bush = random.chance(0.35);
      const at = [side * random.range(kerb + 0.8, kerb + 8), random.range(z0, z1)] as const;
      stage.tree(at, bush ? random.range(0.9, 1.8) : random.range(3.5, 8), bush);
    }
  if (fenced && (setback > 1.5 || !built) && random.chance(0.8))
    stage.fence([side * (kerb + 0.2), z0], [side * (kerb + 0.2), z1]);
}

/** A path between lawns, trees and water. */
function park(stage: Stage, { path, water }: Plan): void {
  const { random } = stage;
  const wet = (x: number, z: number) =>
    water !== null && ((x - water.x) / water.rx) ** 2 + ((z - water.z) / water.rz) ** 2 < 1.4;
  for (let i = random.whole(8, 16); i > 0; i--) {
    const [x, z] = [random.range(-16, 16), random.range(5, 40)];
    const bush = random.chance(0.25);
    if (!wet(x, z) && Math.abs(x) > path + 1)
      stage.tree([x, z], bush ? random.range(0.8, 1.8) : random.range(3, 8), bush);
  }
  for (let i = random.whole(2, 6); i > 0; i--) {
    const at = [random.range(-5, 5), random.range(2.8, 11)] as const;
    if (!wet(...at)) stage.person(at);
  }
  for (let i = random.whole(1, 4); i > 0; i--) {
    const at = [random.range(-7, 7), random.range(5, 25)] as const;
    if (!wet(...at)) stage.pole(at);
  }
  if (random.chance(0.6)) stage.sign([random.range(-4, 4), random.range(5, 12)]);
  for (let i = random.whole(0, 3); i > 0; i--) {
    const z = random.range(4.5, 13);
    const x = random.range(-14, 2);
    const tilt = random.range(-3, 3);
    stage.fence([x, z], [x + random.range(6, 14), z + tilt]);
  }
  if (random.chance(0.85)) stage.backdrop(random.range(32, FAR), -34, 34);
}

/** A paved place before a row of houses. */
function square(stage: Stage): void {
  const { random } = stage;
  const end = random.range(16, 34);
  stage.backdrop(end, -26, 26);
  for (const side of [-1, 1])
    if (random.chance(0.6)) {
      const front = random.range(7, 14);
      stage.building(side > 0 ? [front, front + 8] : [-front - 8, -front], [random.range(2, 8), end - 3]);
    }
  for (let i = random.whole(3, 9); i > 0; i--) stage.person([random.range(-6, 6), random.range(2.8, 12)]);
  for (let i = random.whole(1, 4); i > 0; i--) stage.pole([random.range(-7, 7), random.range(5, 20)]);
  for (let i = random.whole(1, 3); i > 0; i--) stage.sign([random.range(-5, 5), random.range(4, 12)]);
  for (let i = random.whole(0, 3); i > 0; i--)
    stage.car([random.range(-7, 7), random.range(6, 15)], random.chance(0.5));
  for (let i = random.whole(0, 5); i > 0; i--)
    stage.tree([random.range(-10, 10), random.range(7, 22)], random.range(3, 6));
  if (random.chance(0.5)) {
    const z = random.range(6, 13);
    stage.fence([random.range(-9, -2), z], [random.range(2, 9), z + random.range(-2, 2)]);
  }
}

/** Shares of the scenes: streets below the one, squares from the other, parks between. */
const [STREETS, SQUARES] = [0.52, 0.82];

/** The world of a scene; all that is drawn comes from the key, whatever the size. */
export function layout(key: number, size: Size): World {
  const random = new Random(key);
  const kind = random.next();
  const road = kind < STREETS ? random.range(2.4, 4.2) : 0;
  const path = kind < STREETS ? random.range(1.2, 2.8) : random.range(0.9, 1.8);
  const wetness = random.next();
  const side = random.chance(0.5) ? 1 : -1;
  const plan: Plan = {
    road,
    path,
    crossing: road > 0 && random.chance(0.3) ? random.range(14, 26) : null,
    water:
      road > 0
        ? null
        : wetness < 0.3
          ? { x: 0, z: random.range(15, 26), rx: Number.POSITIVE_INFINITY, rz: random.range(4, 8) }
          : wetness < 0.8
            ? {
                x: side * random.range(4.5, 8),
                z: random.range(7, 13),
                rx: random.range(3, 5),
                rz: random.range(3, 7),
              }
            : null,
    paved: kind >= SQUARES,
  };
  const turned = random.chance(0.25) ? 0.3 : 0.12;
  const height = random.chance(0.15) ? random.range(2.6, 4.5) : random.range(1.3, 2.2);
  const x = road > 0 ? random.range(-road - 1, road + 1) : random.range(-2, 2);
  const view = camera(random.fork(), size, [x, height], random.range(-turned, turned));
  const lit = light(random.fork());
  const stage = new Stage(random.fork(), view, lit);
  const surface = ground(random.fork(), plan, lit.horizon);
  if (kind < STREETS) street(stage, plan);
  else if (plan.paved) square(stage);
  else park(stage, plan);
  return { camera: view, light: lit, ground: surface, panels: stage.panels };
}
