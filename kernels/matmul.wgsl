// y[n, h, i, j] = sum over k of a[n, h, i, k] * b[n, h, j, k]: k on the channels of a and b, j on those of y
//
// One invocation per 4 j of one i; an axis n or h of size 1 is repeated. Lanes beyond K count nothing.
// uses: unravel

struct Params {
  k: u32,
  k4: u32,
  m: u32,       // columns of a: i
  columns: u32, // of b: j
  j4: u32,
  y_base: u32,
  h: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,   // vec4 to write
  a_base: u32,
  a_n: u32,     // vec4 from one image to the next, 0 where it is repeated
  a_h: u32,
  b_base: u32,
  b_n: u32,
  b_h: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4<Elem>>;        // [N, H, M, K/4]
@group(0) @binding(2) var<storage, read> b: array<vec4<Elem>>;        // [N, H, J, K/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, M, J/4]

@compute @workgroup_size(64, 1, 1)
fn matmul(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let place = unravel(index, params.rows, params.m, params.j4);
  let n = params.image + place.x;
  let oh = params.row + place.y;
  let i = place.z;
  let slot = place.w;

  let a_at = n * params.a_n + oh * params.a_h + i * params.k4 - params.a_base;
  let b_at = n * params.b_n + oh * params.b_h - params.b_base;
  // Columns beyond J repeat the last one, into lanes that nothing reads.
  let columns = min(vec4u(4u * slot) + vec4u(0u, 1u, 2u, 3u), vec4u(params.columns - 1u)) * params.k4 + b_at;
  var sum = vec4f();
  for (var s = 0u; s < params.k4; s++) {
    let counts = vec4u(4u * s) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.k);
    let p = select(vec4f(), vec4f(a[a_at + s]), counts);
    let q = mat4x4<f32>(
      vec4f(b[columns.x + s]),
      vec4f(b[columns.y + s]),
      vec4f(b[columns.z + s]),
      vec4f(b[columns.w + s]),
    );
    sum += p * q;
  }
  y[((n * params.h + oh) * params.m + i) * params.j4 + slot - params.y_base] = vec4<Elem>(sum);
}
