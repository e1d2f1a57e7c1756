// What conv2d_strip and conv2d_first share: the contract (params and bindings), the place of an invocation's strip, and the
// store of 8 channels of 4 pixels of a row. A part, not a kernel: it has no entry point.

struct Params {
  x_base: u32,      // first vec4 of the bound view of x
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  y_c4: u32,
  image: u32,       // first image of this dispatch
  images: u32,
  row: u32,         // first output row of each image
  rows: u32,
  kernel_h: u32,
  pad_top: i32,
  pad_left: i32,
  depth: u32,       // vec4 of input channels
  tile: u32,        // first 8 output channels of this dispatch
  tile_count: u32,
  w_base: u32,      // first vec4 of the bound view of w
  relu: u32,        // 1 for a fused ReLU, 0 for none
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<vec4<Elem>>;        // [o/16, kh, 3, i/4, 4 (i), 4 (o/4)] of 4 o
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

// Four pixels of a row: columns are pixels, rows output channels.
struct Strip { low: mat4x4f, high: mat4x4f }

// Where the strip of an invocation lies. Its quad passes weights round, which wants uniform control flow: what lies past
// the end computes with the others, of the last image, and has no rows to store.
struct Place {
  n: u32,
  tile: u32,    // of 8 output channels
  row: u32,     // of this dispatch
  column: u32,
  rows: u32,    // that this dispatch has from there on
}

// `height` is the number of rows of a strip.
fn place_of(index: u32, height: u32) -> Place {
  let across = (params.y_w + 3u) / 4u;
  let strips = (across * ((params.rows + height - 1u) / height) + 3u) / 4u * 4u; // whole quads share tile and image
  let last = params.image + params.images - 1u;
  let n = params.image + index / (strips * params.tile_count);
  let row = height * (index % strips / across);
  return Place(
    min(n, last), params.tile + (index / strips) % params.tile_count,
    row, 4u * (index % strips % across), select(0u, params.rows - min(row, params.rows), n <= last));
}

// Where the outputs of a strip go, and their bias.
struct Outputs {
  at: u32,       // first vec4
  columns: u32,
  wide: bool,    // whether the second 4 channels exist
  low: vec4f,
  high: vec4f,
}

fn outputs_of(place: Place) -> Outputs {
  let c4 = 2u * place.tile;
  let wide = c4 + 1u < params.y_c4;
  let pixel = (place.n * params.y_h + params.row + place.row) * params.y_w + place.column;
  return Outputs(
    pixel * params.y_c4 + c4 - params.y_base, params.y_w - place.column,
    wide, b[c4], b[select(c4, c4 + 1u, wide)]);
}

fn store(index: u32, sum: vec4f) {
  y[index] = vec4<Elem>(act(sum));
}

fn store_row(outputs: Outputs, row: u32, strip: Strip) {
  let at = outputs.at + row * params.y_w * params.y_c4;
  store(at, strip.low[0] + outputs.low);
  if (outputs.columns > 1u) { store(at + params.y_c4, strip.low[1] + outputs.low); }
  if (outputs.columns > 2u) { store(at + 2u * params.y_c4, strip.low[2] + outputs.low); }
  if (outputs.columns > 3u) { store(at + 3u * params.y_c4, strip.low[3] + outputs.low); }
  if (outputs.wide) {
    store(at + 1u, strip.high[0] + outputs.high);
    if (outputs.columns > 1u) { store(at + params.y_c4 + 1u, strip.high[1] + outputs.high); }
    if (outputs.columns > 2u) { store(at + 2u * params.y_c4 + 1u, strip.high[2] + outputs.high); }
    if (outputs.columns > 3u) { store(at + 3u * params.y_c4 + 1u, strip.high[3] + outputs.high); }
  }
}
