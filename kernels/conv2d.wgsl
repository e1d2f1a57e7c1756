// y[n, p, o] = act(b[o] + sum over u, v, i of w[o, u, v, i] * x[n, p*s - pad + (u, v)*d, i])
//
// Register-tiled implicit GEMM without workgroup memory: one invocation computes 16 channels (4 vec4) of
// 4 pixels that follow one another in row-major order. Any window, stride, dilation and padding, and
// groups whose channel counts are multiples of 4. Also the middle of Winograd, where each of the 36
// frequencies is an image with a filter of its own (w_image) and the window is 1x1.
// uses: conv2d_tile

@compute @workgroup_size(64, 1, 1)
fn conv2d(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  let quads = (params.pixels + 3u) / 4u;
  let n = params.image + index / (quads * params.tile_count);
  if (n >= params.image + params.images) { return; }
  let tile = params.tile + (index / quads) % params.tile_count;
  let pixel = 4u * (index % quads);
  let group = tile / params.tiles;

  // Rows: pixels. Columns: the 4 vec4 of output channels.
  var y00 = vec4f(); var y01 = vec4f(); var y02 = vec4f(); var y03 = vec4f();
  var y10 = vec4f(); var y11 = vec4f(); var y12 = vec4f(); var y13 = vec4f();
  var y20 = vec4f(); var y21 = vec4f(); var y22 = vec4f(); var y23 = vec4f();
  var y30 = vec4f(); var y31 = vec4f(); var y32 = vec4f(); var y33 = vec4f();

  var wi = n * params.w_image + tile * params.kernel_h * params.kernel_w * params.depth * 16u - params.w_base;
  for (var u = 0u; u < params.kernel_h; u++) {
    for (var v = 0u; v < params.kernel_w; v++) {
      let tap = vec2i(vec2u(u, v) * vec2u(params.dilation_h, params.dilation_w))
        - vec2i(params.pad_top, params.pad_left);
      let first = params.pixel + pixel;
      let i0 = under_tap(first, n, tap);
      let i1 = under_tap(first + 1u, n, tap);
      let i2 = under_tap(first + 2u, n, tap);
      let i3 = under_tap(first + 3u, n, tap);
      for (var i = group * params.depth; i < (group + 1u) * params.depth; i++) {
        let x0 = load(i0, i);
        let x1 = load(i1, i);
        let x2 = load(i2, i);
        let x3 = load(i3, i);
        let w0 = mat4x4f(vec4f(w[wi]), vec4f(w[wi + 4u]), vec4f(w[wi + 8u]), vec4f(w[wi + 12u]));
        y00 += w0 * x0; y10 += w0 * x1; y20 += w0 * x2; y30 += w0 * x3;
        let w1 = mat4x4f(vec4f(w[wi + 1u]), vec4f(w[wi + 5u]), vec4f(w[wi + 9u]), vec4f(w[wi + 13u]));
        y01 += w1 * x0; y11 += w1 * x1; y21 += w1 * x2; y31 += w1 * x3;
        let w2 = mat4x4f(vec4f(w[wi + 2u]), vec4f(w[wi + 6u]), vec4f(w[wi + 10u]), vec4f(w[wi + 14u]));
        y02 += w2 * x0; y12 += w2 * x1; y22 += w2 * x2; y32 += w2 * x3;
        let w3 = mat4x4f(vec4f(w[wi + 3u]), vec4f(w[wi + 7u]), vec4f(w[wi + 11u]), vec4f(w[wi + 15u]));
        y03 += w3 * x0; y13 += w3 * x1; y23 += w3 * x2; y33 += w3 * x3;
        wi += 16u;
      }
    }
  }

  let c4 = group * params.group_c4 + 4u * (tile % params.tiles);
  let valid_c4 = (group + 1u) * params.group_c4 - c4;
  for (var j = 0u; j < min(4u, params.pixels - pixel); j++) {
    let at = n * params.y_image + (params.pixel + pixel + j) * params.y_c4 - params.y_base;
    store(at, c4, select(select(y00, y10, j == 1u), select(y20, y30, j == 3u), j > 1u));
    if (valid_c4 > 1u) { store(at, c4 + 1u, select(select(y01, y11, j == 1u), select(y21, y31, j == 3u), j > 1u)); }
    if (valid_c4 > 2u) { store(at, c4 + 2u, select(select(y02, y12, j == 1u), select(y22, y32, j == 3u), j > 1u)); }
    if (valid_c4 > 3u) { store(at, c4 + 3u, select(select(y03, y13, j == 1u), select(y23, y33, j == 3u), j > 1u)); }
  }
}
