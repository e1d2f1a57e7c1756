// What the output transforms of Winograd share: the contract, and the store. A part, not a kernel: it has no entry
// point.

struct Params {
  tiles: u32,     // of this band, over its images
  tiles_x: u32,
  tiles_y: u32,
  image: u32,
  row: u32,       // first row before the pool, a multiple of the tile
  row_end: u32,
  width: u32,     // before the pool
  y_base: u32,
  y_h: u32,
  y_w: u32,
  c4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<vec4<Elem>>;        // [F, tiles, O/4]
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

// Index in y of a pixel's channels.
fn output_at(oy: u32, ox: u32, n: u32, c: u32) -> u32 {
  return ((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c - params.y_base;
}

fn store(at: u32, value: vec4f, bias: vec4f) { y[at] = vec4<Elem>(act(value + bias)); }

// The larger of a value and its neighbour, or the value where that lies beyond the map.
fn larger_on_map(value: vec4f, neighbour: vec4f, on_map: bool) -> vec4f {
  return larger(value, select(value, neighbour, on_map));
}
