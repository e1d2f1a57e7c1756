// What the input transforms share: v[f, t, c] = (B' d B)[f] for 4 channels of one tile t of 4x4 outputs.
// A part, not a kernel: the kernel has x and load(), the value at a place of the map, zero on the padding.

override TILE_FASTEST: bool = false;  // neighbours in a workgroup touch neighbouring tiles, not channels

struct Params {
  tiles: u32,
  tiles_x: u32,
  x_h: u32,
  x_w: u32,
  x_p: u32,    // from one pixel of x to the next
  x_c: u32,    // from one channel (planar) or block of four channels to the next
  x_depth: u32, // channels of x
  c4: u32,
  v_p: u32,    // from one tile of v to the next
  v_c: u32,
  pad: u32,
}

alias Six = array<vec4f, 6>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> v: array<vec4f>;  // [36, tiles, C/4] or [36, C/4, tiles]

fn inside(at: vec2i) -> bool {
  return all(at >= vec2i()) && all(at < vec2i(i32(params.x_h), i32(params.x_w)));
}

fn pixel(at: vec2i) -> u32 {
  return select(0u, (u32(at.x) * params.x_w + u32(at.y)) * params.x_p, inside(at));
}

fn six(d: Six) -> Six {
  let even = d[4] - 4.0 * d[2];
  let odd = d[3] - 4.0 * d[1];
  let a = d[4] - d[2];
  let b = 2.0 * (d[3] - d[1]);
  return Six(4.0 * d[0] - 5.0 * d[2] + d[4], even + odd, even - odd, a + b, a - b, 4.0 * d[1] - 5.0 * d[3] + d[5]);
}

fn column(at: vec2i, c: u32) -> Six {
  return six(Six(
    load(at, c),
    load(at + vec2i(1, 0), c),
    load(at + vec2i(2, 0), c),
    load(at + vec2i(3, 0), c),
    load(at + vec2i(4, 0), c),
    load(at + vec2i(5, 0), c),
  ));
}

fn store(row: u32, first: u32, d: Six) {
  let value = six(d);
  let step = params.tiles * params.c4;
  let index = 6u * row * step + first;
  v[index] = value[0];
  v[index + step] = value[1];
  v[index + 2u * step] = value[2];
  v[index + 3u * step] = value[3];
  v[index + 4u * step] = value[4];
  v[index + 5u * step] = value[5];
}

fn forward(index: u32) {
  if (index >= params.tiles * params.c4) { return; }
  let c = select(index % params.c4, index / params.tiles, TILE_FASTEST);
  let tile = select(index / params.c4, index % params.tiles, TILE_FASTEST);
  let at = vec2i(vec2u(4u * (tile / params.tiles_x), 4u * (tile % params.tiles_x))) - vec2i(i32(params.pad));
  let d0 = column(at, c);
  let d1 = column(at + vec2i(0, 1), c);
  let d2 = column(at + vec2i(0, 2), c);
  let d3 = column(at + vec2i(0, 3), c);
  let d4 = column(at + vec2i(0, 4), c);
  let d5 = column(at + vec2i(0, 5), c);
  let to = tile * params.v_p + c * params.v_c;
  store(0u, to, Six(d0[0], d1[0], d2[0], d3[0], d4[0], d5[0]));
  store(1u, to, Six(d0[1], d1[1], d2[1], d3[1], d4[1], d5[1]));
  store(2u, to, Six(d0[2], d1[2], d2[2], d3[2], d4[2], d5[2]));
  store(3u, to, Six(d0[3], d1[3], d2[3], d3[3], d4[3], d5[3]));
  store(4u, to, Six(d0[4], d1[4], d2[4], d3[4], d4[4], d5[4]));
  store(5u, to, Six(d0[5], d1[5], d2[5], d3[5], d4[5], d5[5]));
}
