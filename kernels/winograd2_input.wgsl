// v[f, t, c] = (B' d B)[f] / 4, d the 4x4 inputs under tile t of 2x2 outputs, f one of 16 frequencies
//
// F(2x2, 3x3) of Lavin and Gray, for maps in f16: the transforms only add, and lose few digits. A frequency is a sum
// of four inputs with signs; a quarter of it is never beyond the largest. One invocation per 4 channels of one tile.
// uses: winograd_patch, winograd_corner

alias Four = array<vec4f, 4>;

// B' times a column of four.
fn transform(d: Four) -> Four {
  return Four(d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]);
}

fn column(at: vec2i, n: u32, c: u32) -> Four {
  return transform(Four(
    load(at, n, c),
    load(at + vec2i(1, 0), n, c),
    load(at + vec2i(2, 0), n, c),
    load(at + vec2i(3, 0), n, c),
  ));
}

fn store(row: u32, first: u32, d: Four) {
  let value = transform(d);
  let step = params.tiles * params.c4;
  let index = 4u * row * step + first;
  v[index] = vec4<Elem>(0.25 * value[0]);
  v[index + step] = vec4<Elem>(0.25 * value[1]);
  v[index + 2u * step] = vec4<Elem>(0.25 * value[2]);
  v[index + 3u * step] = vec4<Elem>(0.25 * value[3]);
}

@compute @workgroup_size(64, 1, 1)
fn winograd2_input(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.tiles * params.c4) { return; }
  let c = index % params.c4;
  let tile = index / params.c4;
  let n = image_of(tile);
  let at = patch_of(tile, 2u);
  let d0 = column(at, n, c);
  let d1 = column(at + vec2i(0, 1), n, c);
  let d2 = column(at + vec2i(0, 2), n, c);
  let d3 = column(at + vec2i(0, 3), n, c);
  store(0u, index, Four(d0[0], d1[0], d2[0], d3[0]));
  store(1u, index, Four(d0[1], d1[1], d2[1], d3[1]));
  store(2u, index, Four(d0[2], d1[2], d2[2], d3[2]));
  store(3u, index, Four(d0[3], d1[3], d2[3], d3[3]));
}
