// y = x / (1 - ratio) where a random number is at least `ratio`, else 0
//
// One invocation per vec4: four words of Philox, whose counter is the vec4's place in the whole map. The gradient is
// the same function of dy, so that no mask is kept.
// uses: random

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,    // vec4 to write
  place: u32,    // of the first vec4 in the whole map
  stream: u32,
  ratio: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> counter: array<vec4<u32>>;   // [1]: seed, seed, draw, 0
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn dropout(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let drawn = uniform4(philox(vec4u(params.place + index, params.stream, counter[0].z, 1u), counter[0].xy));
  let value = vec4f(x[params.x_first + index]) / (1.0 - params.ratio);
  y[params.y_first + index] = vec4<Elem>(select(vec4f(), value, drawn >= vec4f(params.ratio)));
}
