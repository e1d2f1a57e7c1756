// What the filter transforms of Winograd share: the contract, which is pack_filter's, and the way from the raw window
// to its frequencies. They bring `transform`, G times three values, and SIDE, the values that it makes. A part, not a
// kernel: it has no entry point.

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
alias Side = array<vec4f, SIDE>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> raw: array<f32>;
@group(0) @binding(2) var<storage, read_write> w: array<vec4<Elem>>;

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

// Column v of the window at this place.
fn column(at: vec2u, v: u32) -> Three {
  return Three(load(at.x, at.y, v), load(at.x, at.y, 3u + v), load(at.x, at.y, 6u + v));
}

// The first output channel and the input channel of vec4 `index` of a frequency.
fn place(index: u32) -> vec2u {
  let o = 16u * (params.tile + index / (16u * params.depth)) + 4u * (index % 4u);
  let i = 4u * (index / 16u % params.depth) + index / 4u % 4u;
  return vec2u(o, i);
}

// All frequencies of vec4 `index`: G on the columns of the window, and on the rows of that.
fn write_frequencies(index: u32) {
  let at = place(index);
  var g0 = transform(column(at, 0u));
  var g1 = transform(column(at, 1u));
  var g2 = transform(column(at, 2u));
  for (var u = 0u; u < SIDE; u++) {
    var row = transform(Three(g0[u], g1[u], g2[u]));
    for (var v = 0u; v < SIDE; v++) {
      w[(SIDE * u + v) * params.count + index] = vec4<Elem>(row[v]);
    }
  }
}
