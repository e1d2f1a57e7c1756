// y[n, p, o] = act(b[o] + 4 (A' m A)[p]), m the 16 frequencies of the tile of 2x2 outputs that holds p, at a quarter
//
// F(2x2, 3x3) of Lavin and Gray. One invocation per 4 channels of one tile. With POOL y is the 2x2 max-pool by
// 2 of that: a tile is a window, and the map before the pool is never stored.
// uses: winograd_bias, winograd_corner, order, relu

override POOL: bool = false;

alias Two = array<vec4f, 2>;

// A' times four values, twice as large.
fn transform(m0: vec4f, m1: vec4f, m2: vec4f, m3: vec4f) -> Two {
  return Two(2.0 * (m0 + m1 + m2), 2.0 * (m1 - m2 - m3));
}

// A' times column j of the 4x4 frequencies.
fn column(first: u32, j: u32) -> Two {
  let step = params.tiles * params.c4;
  let index = j * step + first;
  return transform(
    vec4f(m[index]),
    vec4f(m[index + 4u * step]),
    vec4f(m[index + 8u * step]),
    vec4f(m[index + 12u * step]),
  );
}

fn store_row(oy: u32, ox: u32, n: u32, c: u32, row: Two, bias: vec4f) {
  if (oy >= params.row_end) { return; }
  let out = output_at(oy, ox, n, c);
  store(out, row[0], bias);
  if (ox + 1u < params.width) { store(out + params.c4, row[1], bias); }
}

// The maximum of the tile.
fn store_pooled(oy: u32, ox: u32, n: u32, c: u32, row0: Two, row1: Two, bias: vec4f) {
  if (oy >= params.row_end || oy / 2u >= params.y_h || ox / 2u >= params.y_w) { return; }
  let below = oy + 1u < params.row_end;
  let left = larger_on_map(row0[0], row1[0], below);
  let right = larger_on_map(row0[1], row1[1], below);
  store(output_at(oy / 2u, ox / 2u, n, c), larger_on_map(left, right, ox + 1u < params.width), bias);
}

@compute @workgroup_size(64, 1, 1)
fn winograd2_output(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.tiles * params.c4) { return; }
  let c = index % params.c4;
  let tile = index / params.c4;
  let at = corner(tile, 2u);
  let n = image_of(tile);
  let m0 = column(index, 0u);
  let m1 = column(index, 1u);
  let m2 = column(index, 2u);
  let m3 = column(index, 3u);
  let row0 = transform(m0[0], m1[0], m2[0], m3[0]);
  let row1 = transform(m0[1], m1[1], m2[1], m3[1]);
  let bias = b[c];
  if (POOL) {
    store_pooled(at.x, at.y, n, c, row0, row1, bias);
  } else {
    store_row(at.x, at.y, n, c, row0, bias);
    store_row(at.x + 1u, at.y, n, c, row1, bias);
  }
}
