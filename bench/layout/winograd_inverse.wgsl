// What the output transforms share: y[p, o] = (A' m A)[p] for 4 channels of one tile of 4x4 outputs.
// A part, not a kernel: the kernel has y and store(), which writes 4 pixels of a row.

override TILE_FASTEST: bool = false;

struct Params {
  tiles: u32,
  tiles_x: u32,
  y_h: u32,
  y_w: u32,
  y_p: u32,    // from one pixel of y to the next
  y_c: u32,    // from one channel (planar) or block of four channels to the next
  y_depth: u32, // channels of y
  c4: u32,
  m_p: u32,    // from one tile of m to the next
  m_c: u32,
}

alias Four = array<vec4f, 4>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<vec4f>;  // [36, tiles, O/4] or [36, O/4, tiles]

fn four(m0: vec4f, m1: vec4f, m2: vec4f, m3: vec4f, m4: vec4f, m5: vec4f) -> Four {
  let a = m1 + m2;
  let b = m1 - m2;
  let c = m3 + m4;
  let d = m3 - m4;
  return Four(m0 + a + c, b + 2.0 * d, a + 4.0 * c, b + 8.0 * d + m5);
}

fn column(first: u32, j: u32) -> Four {
  let step = params.tiles * params.c4;
  let index = j * step + first;
  return four(
    m[index],
    m[index + 6u * step],
    m[index + 12u * step],
    m[index + 18u * step],
    m[index + 24u * step],
    m[index + 30u * step],
  );
}

fn inverse(index: u32) {
  if (index >= params.tiles * params.c4) { return; }
  let c = select(index % params.c4, index / params.tiles, TILE_FASTEST);
  let tile = select(index / params.c4, index % params.tiles, TILE_FASTEST);
  let start = tile * params.m_p + c * params.m_c;
  let at = vec2u(4u * (tile / params.tiles_x), 4u * (tile % params.tiles_x));
  let m0 = column(start, 0u);
  let m1 = column(start, 1u);
  let m2 = column(start, 2u);
  let m3 = column(start, 3u);
  let m4 = column(start, 4u);
  let m5 = column(start, 5u);
  store(at, c, four(m0[0], m1[0], m2[0], m3[0], m4[0], m5[0]));
  store(at + vec2u(1, 0), c, four(m0[1], m1[1], m2[1], m3[1], m4[1], m5[1]));
  store(at + vec2u(2, 0), c, four(m0[2], m1[2], m2[2], m3[2], m4[2], m5[2]));
  store(at + vec2u(3, 0), c, four(m0[3], m1[3], m2[3], m3[3], m4[3], m5[3]));
}
