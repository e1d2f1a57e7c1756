// y[n, p, c] = x[n, (row, column)(p), c]: columns and rows from grid[n, p, 0] and grid[n, p, 1], -1 to 1 over x
//
// One invocation per vec4 of y.

const NEAREST = 1u;
const CUBIC = 2u;
override MODE: u32 = 0u;
const BORDER = 1u;
const REFLECTION = 2u;
override PADDING: u32 = 0u;            // 0: what lies beyond x is 0
override CORNERS: bool = false;        // whether -1 and 1 are the centres of the corner pixels, or their edges

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  c4: u32,
  grid_base: u32,
  y_base: u32,
  h: u32,
  w: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,   // vec4 to write
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> coordinates: array<vec4<Elem>>;  // [N, H', W', 1]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H', W', C/4]

fn reflect_between(v: f32, low: f32, high: f32) -> f32 {
  let span = high - low;
  if (span <= 0.0) { return low; }
  let from_low = abs(v - low);
  let turns = floor(from_low / span);
  let rest = from_low - turns * span;
  return select(high - rest, low + rest, u32(turns) % 2u == 0u);
}

// A coordinate of -1 to 1 as a pixel's.
fn pixel(v: f32, size: u32) -> f32 {
  let n = f32(size);
  if (CORNERS) { return (v + 1.0) * 0.5 * (n - 1.0); }
  return ((v + 1.0) * n - 1.0) * 0.5;
}

fn inside(v: f32, size: u32) -> f32 {
  let last = f32(size) - 1.0;
  if (PADDING == BORDER) { return clamp(v, 0.0, last); }
  if (PADDING == REFLECTION) {
    if (CORNERS) { return clamp(reflect_between(v, 0.0, last), 0.0, last); }
    return clamp(reflect_between(v, -0.5, last + 0.5), 0.0, last);
  }
  return v;
}

fn load(n: u32, row: f32, column: f32, slot: u32) -> vec4f {
  let r = inside(row, params.x_h);
  let c = inside(column, params.x_w);
  if (!(r >= 0.0 && r < f32(params.x_h) && c >= 0.0 && c < f32(params.x_w))) { return vec4f(); }
  let at = ((n * params.x_h + u32(r)) * params.x_w + u32(c)) * params.c4 + slot;
  return vec4f(x[at - params.x_base]);
}

// Weights of the pixels -1, 0, 1 and 2 from the one at or before, for a fraction t; Keys (1981), a = -0.75.
fn cubic(t: f32) -> vec4f {
  let a = -0.75;
  let d = vec4f(t + 1.0, t, 1.0 - t, 2.0 - t);
  let near = ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
  let far = ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a;
  return vec4f(far.x, near.y, near.z, far.w);
}

fn sample(n: u32, row: f32, column: f32, slot: u32) -> vec4f {
  if (MODE == NEAREST) { return load(n, round(inside(row, params.x_h)), round(inside(column, params.x_w)), slot); }
  var sum = vec4f();
  if (MODE == CUBIC) {
    let r = cubic(row - floor(row));
    let c = cubic(column - floor(column));
    for (var i = 0u; i < 4u; i++) {
      for (var j = 0u; j < 4u; j++) {
        sum += r[i] * c[j] * load(n, floor(row) + f32(i) - 1.0, floor(column) + f32(j) - 1.0, slot);
      }
    }
    return sum;
  }
  let p = vec2f(inside(row, params.x_h), inside(column, params.x_w));
  let t = p - floor(p);
  for (var i = 0u; i < 2u; i++) {
    for (var j = 0u; j < 2u; j++) {
      let weight = select(1.0 - t.x, t.x, i == 1u) * select(1.0 - t.y, t.y, j == 1u);
      sum += weight * load(n, floor(p.x) + f32(i), floor(p.y) + f32(j), slot);
    }
  }
  return sum;
}

@compute @workgroup_size(64, 1, 1)
fn grid_sample(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let slot = index % params.c4;
  let ox = index / params.c4 % params.w;
  let row = index / (params.c4 * params.w);
  let oy = params.row + row % params.rows;
  let n = params.image + row / params.rows;
  let at = (n * params.h + oy) * params.w + ox;
  let place = vec2f(coordinates[at - params.grid_base].xy);
  let value = sample(n, pixel(place.y, params.x_h), pixel(place.x, params.x_w), slot);
  y[at * params.c4 + slot - params.y_base] = vec4<Elem>(value);
}
