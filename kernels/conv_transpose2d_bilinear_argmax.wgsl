// y[n, p] = the lowest c whose z[n, p, c] is largest, z as conv_transpose2d_bilinear makes it
//
// An upsampling of which only the labels are wanted: z is never stored. The labels are those of argmax_map on z in
// f32. One invocation per 4 output pixels of a row.
// uses: bilinear_pixels, best_channel

@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, 1]

fn store(index: u32, best: Best) {
  y[index] = vec4<Elem>(Elem(winner(best)), 0, 0, 0);
}

@compute @workgroup_size(64, 1, 1)
fn conv_transpose2d_bilinear_argmax(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let at = pixels_at(index);
  let first = upsampled(at, 0u);
  var b0 = best_of_first(first[0], params.c);
  var b1 = best_of_first(first[1], params.c);
  var b2 = best_of_first(first[2], params.c);
  var b3 = best_of_first(first[3], params.c);
  for (var i = 1u; i < params.c4; i++) {
    let pixels = upsampled(at, i);
    b0 = best_with(b0, pixels[0], i, params.c);
    b1 = best_with(b1, pixels[1], i, params.c);
    b2 = best_with(b2, pixels[2], i, params.c);
    b3 = best_with(b3, pixels[3], i, params.c);
  }
  let out = (at.x * params.y_h + at.y) * params.y_w + at.z - params.y_base;
  store(out, b0);
  if (at.z + 1u < params.y_w) { store(out + 1u, b1); }
  if (at.z + 2u < params.y_w) { store(out + 2u, b2); }
  if (at.z + 3u < params.y_w) { store(out + 3u, b3); }
}
