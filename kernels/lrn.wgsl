// y[c] = x[c] * (k + alpha/n * sum over c' in [c - before, c + after] of x[c']^2)^-beta, channel by channel
//
// One invocation per 4 channels of one pixel. Channels outside the map count as zero.

struct Params {
  x_first: u32,
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
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn lrn(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let pixel = params.x_first + index / params.c4 * params.c4;
  let centre = vec4i(i32(4u * (index % params.c4))) + vec4i(0, 1, 2, 3);
  let low = max(centre.x - params.before, 0);
  let high = min(centre.w + params.after, i32(params.c) - 1);

  var sum = vec4f();
  for (var slot = u32(low) / 4u; slot <= u32(high) / 4u; slot++) {
    let value = vec4f(x[pixel + slot]);
    let square = value * value;
    for (var lane = 0u; lane < 4u; lane++) {
      let c = i32(4u * slot + lane);
      let counts = (centre - params.before <= vec4i(c)) & (vec4i(c) <= centre + params.after);
      sum += select(vec4f(), vec4f(square[lane]), counts & vec4<bool>(c < i32(params.c)));
    }
  }
  let value = vec4f(x[params.x_first + index]);
  y[params.y_first + index] = vec4<Elem>(value * pow(params.k + params.alpha * sum, vec4f(-params.beta)));
}
