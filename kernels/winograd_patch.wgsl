// What the input transforms of Winograd share: the contract, and the inputs around a tile. A part, not a kernel: it has
// no entry point.

struct Params {
  tiles: u32,     // of this band, over its images
  tiles_x: u32,
  tiles_y: u32,
  image: u32,
  row: u32,       // first output row, a multiple of the tile
  x_base: u32,
  x_h: u32,
  x_w: u32,
  c4: u32,
  pad_top: i32,
  pad_left: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> v: array<vec4<Elem>>;  // [F, tiles, C/4]

fn load(at: vec2i, n: u32, c: u32) -> vec4f {
  let inside = all(at >= vec2i()) && all(at < vec2i(i32(params.x_h), i32(params.x_w)));
  let index = ((n * params.x_h + u32(at.x)) * params.x_w + u32(at.y)) * params.c4 + c - params.x_base;
  return select(vec4f(), vec4f(x[select(0u, index, inside)]), inside);
}

// The first input under a tile, which may lie in the padding.
fn patch_of(tile: u32, side: u32) -> vec2i {
  return vec2i(corner(tile, side)) - vec2i(params.pad_top, params.pad_left);
}
