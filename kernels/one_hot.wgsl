// y[p, c] = 1 where c = x[p], else 0; a negative x[p] counts from C; IGNORE: no c is the ignored one
//
// One invocation per vec4 of y.

override IGNORE: bool = false;

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c: u32,
  c4: u32,
  ignored: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, 1]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn one_hot(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let label = i32(round(f32(x[params.x_first + index / params.c4].x)));
  let from_end = select(0, i32(params.c), label < 0);
  let c = vec4i(i32(4u * (index % params.c4))) + vec4i(0, 1, 2, 3);
  let counts = !(IGNORE && label == params.ignored);
  let hit = (c == vec4i(label + from_end)) & vec4<bool>(counts);
  y[params.y_first + index] = select(vec4<Elem>(), vec4<Elem>(1), hit & (c < vec4i(i32(params.c))));
}
