// y[n, p, c] = sum over u, v with (p + origin - (u, v)) divisible by s of h[u] * h[v] * x[n, (p + origin - (u, v)) / s, c]
// h[u] = 1 - |u - (k - 1)/2| / ceil(k/2)
//
// Transposed convolution of each channel by itself with the bilinear filter; beyond the map x is zero. One
// invocation per 4 channels of 4 output pixels of a row: each column of x is summed over its rows once and
// then serves all four. Weights are whole numbers until the last product.

struct Params {
  x_base: u32,
  x_h: i32,
  x_w: i32,
  c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  image: u32,
  row: u32,
  rows: u32,
  runs: u32,      // of 4 pixels in a row
  count: u32,     // invocations
  kernel_h: i32,
  kernel_w: i32,
  stride_h: i32,
  stride_w: i32,
  origin_y: i32,
  origin_x: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

// Twice h[u] * ceil(k/2), and 0 beyond the window.
fn heights(u: vec4i, k: i32) -> vec4f {
  return vec4f(max(vec4i((k + 1) / 2 * 2) - abs(2 * u - (k - 1)), vec4i()));
}

@compute @workgroup_size(64, 1, 1)
fn conv_transpose2d_bilinear(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let ox = 4u * (index / params.c4 % params.runs);
  let oy = params.row + index / (params.c4 * params.runs) % params.rows;
  let n = params.image + index / (params.c4 * params.runs * params.rows);
  let py = i32(oy) + params.origin_y;
  let px = i32(ox) + params.origin_x;
  let first = i32(n * u32(params.x_h * params.x_w) * params.c4 + c - params.x_base);
  let last_y = min(py / params.stride_h, params.x_h - 1);

  var y0 = vec4f(); var y1 = vec4f(); var y2 = vec4f(); var y3 = vec4f();
  for (var ix = min((px + 3) / params.stride_w, params.x_w - 1);
       ix >= 0 && px - ix * params.stride_w < params.kernel_w; ix--) {
    var column = vec4f();
    for (var iy = last_y; iy >= 0 && py - iy * params.stride_h < params.kernel_h; iy--) {
      let u = vec4i(py - iy * params.stride_h);
      column += heights(u, params.kernel_h) * vec4f(x[first + (iy * params.x_w + ix) * i32(params.c4)]);
    }
    let h = heights(px - ix * params.stride_w + vec4i(0, 1, 2, 3), params.kernel_w);
    y0 += h.x * column; y1 += h.y * column; y2 += h.z * column; y3 += h.w * column;
  }

  let scale = 1.0 / (f32((params.kernel_h + 1) / 2 * 2) * f32((params.kernel_w + 1) / 2 * 2));
  let out = ((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c - params.y_base;
  y[out] = vec4<Elem>(scale * y0);
  if (ox + 1u < params.y_w) { y[out + params.c4] = vec4<Elem>(scale * y1); }
  if (ox + 2u < params.y_w) { y[out + 2u * params.c4] = vec4<Elem>(scale * y2); }
  if (ox + 3u < params.y_w) { y[out + 3u * params.c4] = vec4<Elem>(scale * y3); }
}
