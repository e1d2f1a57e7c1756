// With s[c] = k + alpha/n * sum over c' in [c - before, c + after] of x[c']^2:
// first r[c] = dy[c] x[c] s[c]^(-beta - 1),
// then dx[c] = dy[c] s[c]^-beta - 2 alpha beta / n * x[c] * sum over c' whose window holds c of r[c']
//
// Two launches: the second (LAST) reads what the first wrote. One invocation per 4 channels of one pixel.

override LAST: bool = false;

struct Params {
  x_first: u32,
  dy_first: u32,
  r_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c: u32,
  c4: u32,
  before: i32,  // channels of the window below its centre
  after: i32,   // and above
  k: f32,
  alpha: f32,   // divided by the window's size
  beta: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;       // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read> r: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // r, then dx: [N, H, W, C/4]

fn channel(slot: i32) -> vec4i { return vec4i(4 * slot) + vec4i(0, 1, 2, 3); }

// Where the window of channels about each of four begins and ends.
fn counts(centre: vec4i, c: i32, before: i32, after: i32) -> vec4<bool> {
  return (centre - before <= vec4i(c)) & (vec4i(c) <= centre + after) & vec4<bool>(c < i32(params.c));
}

@compute @workgroup_size(64, 1, 1)
fn lrn_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let slot = index % params.c4;
  let pixel = index - slot;
  let centre = channel(i32(slot));
  let reach = max(params.before, params.after);
  let low = max(centre.x - reach, 0) / 4;
  let high = min(centre.w + reach, i32(params.c) - 1) / 4;

  var squares = vec4f();
  var back = vec4f();
  for (var i = low; i <= high; i++) {
    let value = vec4f(x[params.x_first + pixel + u32(i)]);
    let square = value * value;
    var ratio = vec4f();
    if (LAST) { ratio = vec4f(r[params.r_first + pixel + u32(i)]); }
    for (var lane = 0; lane < 4; lane++) {
      let c = 4 * i + lane;
      squares += select(vec4f(), vec4f(square[lane]), counts(centre, c, params.before, params.after));
      // c's window holds the centre where the centre's window, turned round, holds c.
      back += select(vec4f(), vec4f(ratio[lane]), counts(centre, c, params.after, params.before));
    }
  }
  let value = vec4f(x[params.x_first + index]);
  let d = vec4f(dy[params.dy_first + index]);
  let scale = params.k + params.alpha * squares;
  var result: vec4f;
  if (LAST) {
    result = d * pow(scale, vec4f(-params.beta)) - 2.0 * params.alpha * params.beta * value * back;
  } else {
    result = d * value * pow(scale, vec4f(-params.beta - 1.0));
  }
  y[params.y_first + index] = vec4<Elem>(result);
}
