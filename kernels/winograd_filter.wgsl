// w[f, tile, i/4, i%4, o/4 % 4][o%4] = (G g G')[f], g the 3x3 window raw[o, i]
//
// The filter transform of F(4x4, 3x3), made once when the weights are loaded. One invocation per vec4 of
// output channels and input channel: all 36 frequencies. The contract is pack_filter's.

struct Params {
  count: u32,       // (tile, i, o/4) to transform
  taps: u32,
  depth: u32,       // vec4 of input channels
  in_group: u32,
  tiles: u32,
  out_group: u32,
  tile: u32,        // first tile
  raw_base: u32,    // first element of the bound view of raw
  group_stride: u32,
  out_stride: u32,
  in_stride: u32,
  tap_stride: u32,  // wraps round where the window is turned
}

alias Three = array<vec4f, 3>;
alias Six = array<vec4f, 6>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> raw: array<f32>;
@group(0) @binding(2) var<storage, read_write> w: array<vec4<Elem>>;

// G times three values.
fn transform(g0: vec4f, g1: vec4f, g2: vec4f) -> Six {
  let even = (g0 + g2) / 6.0;
  let sum = g0 / 24.0 + g2 / 6.0;
  return Six(g0 / 4.0, -even - g1 / 6.0, -even + g1 / 6.0, sum + g1 / 12.0, sum - g1 / 12.0, g2);
}

// The window's tap for the four output channels from o.
fn load(o: u32, i: u32, tap: u32) -> vec4f {
  var value = vec4f();
  for (var k = 0u; k < 4u; k++) {
    if (i < params.in_group && o + k < params.out_group) {
      value[k] = raw[(o + k) * params.out_stride + i * params.in_stride
        + tap * params.tap_stride - params.raw_base];
    }
  }
  return value;
}

fn column(o: u32, i: u32, v: u32) -> Six {
  return transform(load(o, i, v), load(o, i, 3u + v), load(o, i, 6u + v));
}

@compute @workgroup_size(64, 1, 1)
fn winograd_filter(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let o = 16u * (params.tile + index / (16u * params.depth)) + 4u * (index % 4u);
  let i = 4u * (index / 16u % params.depth) + index / 4u % 4u;
  var g0 = column(o, i, 0u);
  var g1 = column(o, i, 1u);
  var g2 = column(o, i, 2u);
  for (var u = 0u; u < 6u; u++) {
    var row = transform(g0[u], g1[u], g2[u]);
    for (var v = 0u; v < 6u; v++) {
      w[(6u * u + v) * params.count + index] = vec4<Elem>(row[v]);
    }
  }
}
