// w[tile, u, v, i/4, i%4, o/4 % 4][o%4] = raw[o, i, u, v], zero beyond the channels of a group
//
// One invocation per vec4 of w. The strides say where an element stands in raw, so that one kernel packs
// the filters of convolution [O, I/G, kh, kw] and of transposed convolution [I, O/G, kh, kw].

struct Params {
  count: u32,       // vec4 to write
  taps: u32,        // kh * kw
  depth: u32,       // vec4 of input channels in a group
  in_group: u32,    // input channels in a group
  tiles: u32,       // tiles of 16 output channels in a group
  out_group: u32,   // output channels in a group
  tile: u32,        // first tile, counted over all groups
  raw_base: u32,    // first element of the bound view of raw
  group_stride: u32,
  out_stride: u32,
  in_stride: u32,
  tap_stride: u32,  // wraps round where the window is turned
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> raw: array<f32>;
@group(0) @binding(2) var<storage, read_write> w: array<vec4<Elem>>;

@compute @workgroup_size(64, 1, 1)
fn pack_filter(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let column = index % 4u;
  let lane = index / 4u % 4u;
  let i4 = index / 16u % params.depth;
  let tap = index / (16u * params.depth) % params.taps;
  let tile = params.tile + index / (16u * params.depth * params.taps);
  let group = tile / params.tiles;
  let i = 4u * i4 + lane;
  let o = 16u * (tile % params.tiles) + 4u * column;
  var value = vec4f();
  for (var k = 0u; k < 4u; k++) {
    if (i < params.in_group && o + k < params.out_group) {
      value[k] = raw[group * params.group_stride + (o + k) * params.out_stride + i * params.in_stride
        + tap * params.tap_stride - params.raw_base];
    }
  }
  w[index] = vec4<Elem>(value);
}
