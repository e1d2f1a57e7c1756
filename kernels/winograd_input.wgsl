// v[f, t, c] = (B' d B)[f], d the 6x6 inputs under tile t of 4x4 outputs, f one of 36 frequencies
//
// F(4x4, 3x3) of Lavin and Gray. One invocation per 4 channels of one tile: 36 loads, 36 stores, and
// neighbours in a workgroup touch neighbouring channels.
// uses: winograd_patch, winograd_corner

alias Six = array<vec4f, 6>;

// B' times a column of six.
fn transform(d: Six) -> Six {
  let even = d[4] - 4.0 * d[2];
  let odd = d[3] - 4.0 * d[1];
  let a = d[4] - d[2];
  let b = 2.0 * (d[3] - d[1]);
  return Six(
    4.0 * d[0] - 5.0 * d[2] + d[4],
    even + odd,
    even - odd,
    a + b,
    a - b,
    4.0 * d[1] - 5.0 * d[3] + d[5],
  );
}

fn column(at: vec2i, n: u32, c: u32) -> Six {
  return transform(Six(
    load(at, n, c),
    load(at + vec2i(1, 0), n, c),
    load(at + vec2i(2, 0), n, c),
    load(at + vec2i(3, 0), n, c),
    load(at + vec2i(4, 0), n, c),
    load(at + vec2i(5, 0), n, c),
  ));
}

fn store(row: u32, first: u32, d: Six) {
  let value = transform(d);
  let step = params.tiles * params.c4;
  let index = 6u * row * step + first;
  v[index] = vec4<Elem>(value[0]);
  v[index + step] = vec4<Elem>(value[1]);
  v[index + 2u * step] = vec4<Elem>(value[2]);
  v[index + 3u * step] = vec4<Elem>(value[3]);
  v[index + 4u * step] = vec4<Elem>(value[4]);
  v[index + 5u * step] = vec4<Elem>(value[5]);
}

@compute @workgroup_size(64, 1, 1)
fn winograd_input(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.tiles * params.c4) { return; }
  let c = index % params.c4;
  let tile = index / params.c4;
  let n = image_of(tile);
  let at = patch_of(tile, 4u);
  let d0 = column(at, n, c);
  let d1 = column(at + vec2i(0, 1), n, c);
  let d2 = column(at + vec2i(0, 2), n, c);
  let d3 = column(at + vec2i(0, 3), n, c);
  let d4 = column(at + vec2i(0, 4), n, c);
  let d5 = column(at + vec2i(0, 5), n, c);
  store(0u, index, Six(d0[0], d1[0], d2[0], d3[0], d4[0], d5[0]));
  store(1u, index, Six(d0[1], d1[1], d2[1], d3[1], d4[1], d5[1]));
  store(2u, index, Six(d0[2], d1[2], d2[2], d3[2], d4[2], d5[2]));
  store(3u, index, Six(d0[3], d1[3], d2[3], d3[3], d4[3], d5[3]));
  store(4u, index, Six(d0[4], d1[4], d2[4], d3[4], d4[4], d5[4]));
  store(5u, index, Six(d0[5], d1[5], d2[5], d3[5], d4[5], d5[5]));
}
