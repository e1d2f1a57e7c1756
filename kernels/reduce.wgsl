// y[i] = pre(x[32 i]) op ... op pre(x[32 i + 31]) along one axis, in f32
//
// One pass of a reduction: sums of 32 of sums of 32 ... keep the rounding small. One invocation per vec4 of y.
// Along the channels a vec4 counts as one index; lanes beyond C count nothing.
// uses: reduction, order, unravel

const RUN = 32u;

override PRE: u32 = 0u;         // x, |x|, x * x
override LANES: bool = false;   // some lanes count in no channel

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  y_c4: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,   // vec4 to write
  axis: u32,    // n, h, w, c
  size: u32,    // of the axis in x
  step: u32,    // vec4 of x from one index of the axis to the next
  c: u32,       // with LANES, channels of x that count
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;          // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;     // [N, H, W, C/4], the axis a 32nd as long

fn identity() -> vec4f {
  switch OP {
    case 1u: { return vec4f(-3.4028234e38); }
    case 2u: { return vec4f(3.4028234e38); }
    case 3u: { return vec4f(1.0); }
    default: { return vec4f(); }
  }
}

fn before(v: vec4f) -> vec4f {
  switch PRE {
    case 1u: { return abs(v); }
    case 2u: { return v * v; }
    default: { return v; }
  }
}

@compute @workgroup_size(64, 1, 1)
fn reduce(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  var place = unravel(index, params.rows, params.y_w, params.y_c4) + vec4u(params.image, params.row, 0u, 0u);
  let out = ((place.x * params.y_h + place.y) * params.y_w + place.z) * params.y_c4 + place.w - params.y_base;

  let first = place[params.axis] * RUN;
  place[params.axis] = first;
  var at = ((place.x * params.x_h + place.y) * params.x_w + place.z) * params.x_c4 + place.w - params.x_base;
  let end = min(first + RUN, params.size);
  var total = identity();
  for (var i = first; i < end; i++) {
    var value = before(vec4f(x[at]));
    if (LANES) { value = select(identity(), value, vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c)); }
    total = combine(total, value);
    at += params.step;
  }
  y[out] = total;
}
