// What reading a map at places between its pixels shares with its gradients.
// A part, not a kernel: it has no entry point.

const NEAREST = 1u;
const CUBIC = 2u;
override MODE: u32 = 0u;
const BORDER = 1u;
const REFLECTION = 2u;
override PADDING: u32 = 0u;            // 0: what lies beyond x is 0
override CORNERS: bool = false;        // whether -1 and 1 are the centres of the corner pixels, or their edges

// v mirrored at both ends as often as needed, and the derivative of that.
fn reflect_between(v: f32, low: f32, high: f32) -> vec2f {
  let span = high - low;
  if (span <= 0.0) { return vec2f(low, 0.0); }
  let from_low = abs(v - low);
  let turns = floor(from_low / span);
  let rest = from_low - turns * span;
  let side = sign(v - low);
  return select(vec2f(high - rest, -side), vec2f(low + rest, side), u32(turns) % 2u == 0u);
}

// A coordinate of -1 to 1 as a pixel's.
fn pixel(v: f32, size: u32) -> f32 {
  let n = f32(size);
  if (CORNERS) { return (v + 1.0) * 0.5 * (n - 1.0); }
  return ((v + 1.0) * n - 1.0) * 0.5;
}

// A pixel's coordinate as PADDING puts it onto the map, and the derivative of that.
fn inside(v: f32, size: u32) -> vec2f {
  let last = f32(size) - 1.0;
  var at = vec2f(v, 1.0);
  if (PADDING == REFLECTION) {
    let beyond = select(0.5, 0.0, CORNERS);
    at = reflect_between(v, -beyond, last + beyond);
  }
  if (PADDING == BORDER || PADDING == REFLECTION) {
    if (at.x <= 0.0 || at.x >= last) { at.y = 0.0; }
    at.x = clamp(at.x, 0.0, last);
  }
  return at;
}

// The pixels along one axis that a coordinate reads.
struct Taps {
  first: f32,
  count: u32,
  weight: vec4f,
  slope: vec4f,   // of each weight, by the coordinate
}

// For the pixels -1, 0, 1 and 2 from the one at or before and a fraction t; Keys (1981), a = -0.75.
fn cubic(t: f32) -> vec4f {
  let a = -0.75;
  let d = vec4f(t + 1.0, t, 1.0 - t, 2.0 - t);
  let near = ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
  let far = ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a;
  return vec4f(far.x, near.y, near.z, far.w);
}

fn cubic_slope(t: f32) -> vec4f {
  let a = -0.75;
  let d = vec4f(t + 1.0, t, 1.0 - t, 2.0 - t);
  let near = (3.0 * (a + 2.0) * d - 2.0 * (a + 3.0)) * d;
  let far = (3.0 * a * d - 10.0 * a) * d + 8.0 * a;
  return vec4f(far.x, near.y, -near.z, -far.w);
}

fn taps(v: f32, size: u32) -> Taps {
  if (MODE == CUBIC) {
    let t = v - floor(v);
    return Taps(floor(v) - 1.0, 4u, cubic(t), cubic_slope(t));
  }
  let at = inside(v, size);
  if (MODE == NEAREST) { return Taps(round(at.x), 1u, vec4f(1.0, 0.0, 0.0, 0.0), vec4f()); }
  let t = at.x - floor(at.x);
  return Taps(floor(at.x), 2u, vec4f(1.0 - t, t, 0.0, 0.0), at.y * vec4f(-1.0, 1.0, 0.0, 0.0));
}

// Where a pixel that may lie beyond the map is read; -1 is nowhere.
fn landed(v: f32, size: u32) -> i32 {
  let at = inside(v, size).x;
  return select(-1, i32(at), at >= 0.0 && at < f32(size));
}
