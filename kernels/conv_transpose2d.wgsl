// y[n, p, o] = act(b[o] + sum over i and taps t of w[i, o, t] * x[n, (p + origin - t*d) / s, i]),
// t where the division is whole
//
// A gather by phase, without workgroup memory: output pixels that lie a stride apart meet the same taps, so
// one invocation computes 16 channels (4 vec4) of 4 pixels of one phase. Any window, stride, dilation and
// padding, and groups whose channel counts are multiples of 4.
// uses: conv_transpose2d_tile, transposed_taps, tile_sums, tile_add, relu

@compute @workgroup_size(64, 1, 1)
fn conv_transpose2d(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  let quads = invocations_of_phase(); // whole quads: their lanes share tile, phase and image
  let phases = params.phases_h * params.phases_w;
  let n = params.image + index / (quads * phases * params.tile_count);
  if (n >= params.image + params.images) { return; }
  let tile = params.tile + index / (quads * phases) % params.tile_count;
  let phase = index / quads % phases;
  let run = run_at(vec2u(phase / params.phases_w, phase % params.phases_w), 4u * (index % quads));

  var sums = Sums();
  let weights = tile * params.kernel_h * params.kernel_w * params.depth * 16u - params.w_base;
  add_taps(&sums, n, run, tile / params.tiles, weights);

  store_tile(&sums, outputs_at(n, run), tile, 0u, count_of(run));
}
