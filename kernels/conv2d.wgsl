// y[n, p, o] = act(b[o] + sum over u, v, i of w[o, u, v, i] * x[n, p*s - pad + (u, v)*d, i])
//
// Register-tiled implicit GEMM without workgroup memory: one invocation computes 16 channels (4 vec4) of
// 4 pixels that follow one another in row-major order. Any window, stride, dilation and padding, and
// groups whose channel counts are multiples of 4. Also the middle of Winograd, where each of the 36
// frequencies is an image with a filter of its own (w_image) and the window is 1x1.
// uses: conv2d_tile, relu

fn add(s: ptr<function, Sums>, i0: i32, i1: i32, i2: i32, i3: i32, c4: u32, wi: u32) {
  let x0 = load(i0, c4);
  let x1 = load(i1, c4);
  let x2 = load(i2, c4);
  let x3 = load(i3, c4);
  let w0 = mat4x4f(vec4f(w[wi]), vec4f(w[wi + 4u]), vec4f(w[wi + 8u]), vec4f(w[wi + 12u]));
  (*s).a[0] += w0 * x0; (*s).b[0] += w0 * x1; (*s).c[0] += w0 * x2; (*s).d[0] += w0 * x3;
  let w1 = mat4x4f(vec4f(w[wi + 1u]), vec4f(w[wi + 5u]), vec4f(w[wi + 9u]), vec4f(w[wi + 13u]));
  (*s).a[1] += w1 * x0; (*s).b[1] += w1 * x1; (*s).c[1] += w1 * x2; (*s).d[1] += w1 * x3;
  let w2 = mat4x4f(vec4f(w[wi + 2u]), vec4f(w[wi + 6u]), vec4f(w[wi + 10u]), vec4f(w[wi + 14u]));
  (*s).a[2] += w2 * x0; (*s).b[2] += w2 * x1; (*s).c[2] += w2 * x2; (*s).d[2] += w2 * x3;
  let w3 = mat4x4f(vec4f(w[wi + 3u]), vec4f(w[wi + 7u]), vec4f(w[wi + 11u]), vec4f(w[wi + 15u]));
  (*s).a[3] += w3 * x0; (*s).b[3] += w3 * x1; (*s).c[3] += w3 * x2; (*s).d[3] += w3 * x3;
}

@compute @workgroup_size(64, 1, 1)
fn conv2d(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  let quads = (params.pixels + 3u) / 4u;
  let n = params.image + index / (quads * params.tile_count);
  if (n >= params.image + params.images) { return; }
  let tile = params.tile + (index / quads) % params.tile_count;
  let pixel = 4u * (index % quads);

  var sums = Sums();
  let weights = n * params.w_image + tile * params.kernel_h * params.kernel_w * params.depth * 16u;
  add_window(&sums, n, params.pixel + pixel, tile / params.tiles, weights - params.w_base);
  store_tile(&sums, n, params.pixel + pixel, tile, 0u, params.pixels - pixel);
}
