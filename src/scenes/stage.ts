import { building } from './building.js';
import type { Camera } from './camera.js';
import { car } from './car.js';
import { fence } from './fence.js';
import type { Light } from './light.js';
import { dot, type Panel } from './panel.js';
import { person } from './person.js';
import type { Random } from './random.js';
import { pole, sign } from './thin.js';
import { tree } from './tree.js';

type Place = readonly [x: number, z: number];

/** What is set up where, and the ground that is taken. */
export class Stage {
  readonly panels: Panel[] = [];
  readonly #taken: { readonly at: Place; readonly radius: number }[] = [];

  constructor(
    readonly random: Random,
    readonly camera: Camera,
    readonly light: Light,
  ) {}

  /** Whether there is room around all of these places, which is then taken. Nothing stands on the eye. */
  claim(places: readonly Place[], radius: number): boolean {
    const { eye } = this.camera;
    const clear = ([x, z]: Place, [px, pz]: Place, r: number) =>
      (px - x) * (px - x) + (pz - z) * (pz - z) > r * r;
    const free = places.every(
      (place) =>
        clear(place, [eye[0], eye[2]], radius + 1.8) &&
        this.#taken.every(({ at, radius: other }) => clear(place, at, other + radius)),
    );
    if (free) this.#taken.push(...places.map((at) => ({ at, radius })));
    return free;
  }

  /** Metres that a pixel spans at a place. */
  pixelAt([x, z]: Place): number {
    const { eye, axes, intrinsics } = this.camera;
    return Math.max(dot([x - eye[0], -eye[1], z - eye[2]], axes[2]), 1) / intrinsics.fx;
  }

  /** One to three pixels of a picture 128 pixels high, and as much of a larger one. */
  thin(): number {
    const thinner = this.random.next() * this.random.next();
    return (3 - 2 * thinner) * Math.max(Math.min(this.camera.h, this.camera.w) / 128, 1);
  }

  add(...panels: readonly Panel[]): void {
    this.panels.push(...panels);
  }

  person(at: Place): void {
    if (this.claim([at], 0.4)) this.add(person(this.random.fork(), at, this.camera.eye));
  }

  tree(at: Place, height: number, bush = false): void {
    if (this.claim([at], bush ? 0.7 : 1))
      this.add(tree(this.random.fork(), at, this.camera.eye, height, bush));
  }

  pole(at: Place): void {
    if (this.claim([at], 0.3))
      this.add(pole(this.random.fork(), at, this.camera.eye, this.thin(), this.pixelAt(at)));
  }

  sign(at: Place): void {
    if (this.claim([at], 0.5))
      this.add(sign(this.random.fork(), at, this.camera.eye, this.thin(), this.pixelAt(at)));
  }

  car(at: Place, forward: boolean): void {
    if (this.claim([[at[0], at[1] - 1.5], at, [at[0], at[1] + 1.5]], 0.95))
      this.add(...car(this.random.fork(), at, this.light.horizon, forward));
  }

  fence(from: Place, to: Place): void {
    const nearest = Math.min(this.pixelAt(from), this.pixelAt(to), 12 / this.camera.intrinsics.fx);
    this.add(
      fence(this.random.fork(), from, to, this.thin(), Math.max(nearest, 4 / this.camera.intrinsics.fx)),
    );
  }

  building(x: readonly [number, number], z: readonly [number, number]): void {
    this.add(...building(this.random.fork(), x, z, this.light.horizon));
  }

  /** Buildings or trees in a row that ends the view. */
  backdrop(z: number, left: number, right: number): void {
    const { random } = this;
    const built = random.chance(0.6);
    for (let x = left; x < right; ) {
      const width = built ? random.range(7, 14) : random.range(2.5, 6);
      if (built && random.chance(0.85)) this.building([x, x + width], [z, z + 9]);
      else this.tree([x, z + random.range(-3, 3)], random.range(4, 9));
      x += width + (built ? random.range(0, 2.5) : 0);
    }
  }
}
