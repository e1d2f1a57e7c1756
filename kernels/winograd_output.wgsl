// y[n, p, o] = act(b[o] + (A' m A)[p]), m the 36 frequencies of the tile of 4x4 outputs that holds p
//
// F(4x4, 3x3) of Lavin and Gray. One invocation per 4 channels of one tile. With POOL y is the 2x2 max-pool by
// 2 of that: a tile holds whole windows, and the map before the pool is never stored.
// uses: winograd_bias, winograd_corner, order, relu

override POOL: bool = false;

alias Four = array<vec4f, 4>;

// A' times six values.
fn transform(m0: vec4f, m1: vec4f, m2: vec4f, m3: vec4f, m4: vec4f, m5: vec4f) -> Four {
  let a = m1 + m2;
  let b = m1 - m2;
  let c = m3 + m4;
  let d = m3 - m4;
  return Four(m0 + a + c, b + 2.0 * d, a + 4.0 * c, b + 8.0 * d + m5);
}

// A' times column j of the 6x6 frequencies.
fn column(first: u32, j: u32) -> Four {
  let step = params.tiles * params.c4;
  let index = j * step + first;
  return transform(
    vec4f(m[index]),
    vec4f(m[index + 6u * step]),
    vec4f(m[index + 12u * step]),
    vec4f(m[index + 18u * step]),
    vec4f(m[index + 24u * step]),
    vec4f(m[index + 30u * step]),
  );
}

fn store_row(oy: u32, ox: u32, n: u32, c: u32, row: Four, bias: vec4f) {
  if (oy >= params.row_end) { return; }
  let out = output_at(oy, ox, n, c);
  store(out, row[0], bias);
  if (ox + 1u < params.width) { store(out + params.c4, row[1], bias); }
  if (ox + 2u < params.width) { store(out + 2u * params.c4, row[2], bias); }
  if (ox + 3u < params.width) { store(out + 3u * params.c4, row[3], bias); }
}

// The maxima of two rows.
fn store_pooled(oy: u32, ox: u32, n: u32, c: u32, row0: Four, row1: Four, bias: vec4f) {
  if (oy >= params.row_end || oy / 2u >= params.y_h || ox / 2u >= params.y_w) { return; }
  let below = oy + 1u < params.row_end;
  let out = output_at(oy / 2u, ox / 2u, n, c);
  let v0 = larger_on_map(row0[0], row1[0], below);
  let v1 = larger_on_map(row0[1], row1[1], below);
  store(out, larger_on_map(v0, v1, ox + 1u < params.width), bias);
  if (ox / 2u + 1u >= params.y_w) { return; }
  let v2 = larger_on_map(row0[2], row1[2], below);
  let v3 = larger_on_map(row0[3], row1[3], below);
  store(out + params.c4, larger_on_map(v2, v3, ox + 3u < params.width), bias);
}

@compute @workgroup_size(64, 1, 1)
fn winograd_output(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.tiles * params.c4) { return; }
  let c = index % params.c4;
  let tile = index / params.c4;
  let at = corner(tile, 4u);
  let n = image_of(tile);
  let m0 = column(index, 0u);
  let m1 = column(index, 1u);
  let m2 = column(index, 2u);
  let m3 = column(index, 3u);
  let m4 = column(index, 4u);
  let m5 = column(index, 5u);
  let row0 = transform(m0[0], m1[0], m2[0], m3[0], m4[0], m5[0]);
  let row1 = transform(m0[1], m1[1], m2[1], m3[1], m4[1], m5[1]);
  let row2 = transform(m0[2], m1[2], m2[2], m3[2], m4[2], m5[2]);
  let row3 = transform(m0[3], m1[3], m2[3], m3[3], m4[3], m5[3]);
  let bias = b[c];
  if (POOL) {
    store_pooled(at.x, at.y, n, c, row0, row1, bias);
    store_pooled(at.x + 2u, at.y, n, c, row2, row3, bias);
  } else {
    store_row(at.x, at.y, n, c, row0, bias);
    store_row(at.x + 1u, at.y, n, c, row1, bias);
    store_row(at.x + 2u, at.y, n, c, row2, bias);
    store_row(at.x + 3u, at.y, n, c, row3, bias);
  }
}
