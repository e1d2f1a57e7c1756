// y[n, p, offset + c] = x[n, p, c]: one input of a concatenation along channels
//
// One invocation per vec4 of y that the input touches. The inputs of a concatenation run in order, a launch
// each. Where one begins within a vec4 (shift > 0), the lanes before it were written by earlier launches and
// stay; the lanes after its last channel become zero until the next launch fills them. A launch never has
// two invocations on one vec4.

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // vec4 of y to write
  x_c: u32,
  x_c4: u32,
  y_c4: u32,
  touched: u32, // vec4 of a pixel of y that hold channels of x
  start: u32,   // the first of them: offset / 4
  shift: u32,   // offset % 4
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, sum of C/4]

// Lanes 4 - shift .. 7 - shift of low and high side by side.
fn shifted(low: vec4<Elem>, high: vec4<Elem>) -> vec4<Elem> {
  switch params.shift {
    case 1u: { return vec4<Elem>(low.w, high.xyz); }
    case 2u: { return vec4<Elem>(low.zw, high.xy); }
    case 3u: { return vec4<Elem>(low.yzw, high.x); }
    default: { return high; }
  }
}

@compute @workgroup_size(64, 1, 1)
fn concat(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let pixel = index / params.touched;
  let slot = index % params.touched;
  let x_at = params.x_first + pixel * params.x_c4;
  let y_at = params.y_first + pixel * params.y_c4 + params.start + slot;

  var low = vec4<Elem>();
  var high = vec4<Elem>();
  if (slot > 0u) { low = x[x_at + slot - 1u]; }
  if (slot < params.x_c4) { high = x[x_at + slot]; }
  let c = vec4i(i32(4u * slot) - i32(params.shift)) + vec4i(0, 1, 2, 3);
  var value = select(vec4<Elem>(), shifted(low, high), c < vec4i(i32(params.x_c)));
  if (slot == 0u && params.shift > 0u) { value = select(y[y_at], value, c >= vec4i()); }
  y[y_at] = value;
}
