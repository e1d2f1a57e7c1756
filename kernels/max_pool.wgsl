// y[n, p, c] = max over taps inside the image of x[n, p*s - pad + (u, v)*d, c]
//
// One invocation per 4 channels of one output pixel. Padding never wins: only taps inside the image count,
// so a window of negative values keeps its maximum.

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  image: u32,
  row: u32,     // first output row of each image
  rows: u32,
  count: u32,   // vec4 to write
  kernel_h: u32,
  kernel_w: u32,
  stride_h: u32,
  stride_w: u32,
  dilation_h: u32,
  dilation_w: u32,
  pad_top: i32,
  pad_left: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn max_pool(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let ox = index / params.c4 % params.y_w;
  let oy = params.row + index / (params.c4 * params.y_w) % params.rows;
  let n = params.image + index / (params.c4 * params.y_w * params.rows);
  let first = vec2i(vec2u(oy, ox) * vec2u(params.stride_h, params.stride_w)) - vec2i(params.pad_top, params.pad_left);

  var best = vec4f();
  var found = false;
  for (var u = 0u; u < params.kernel_h; u++) {
    let iy = first.x + i32(u * params.dilation_h);
    if (iy < 0 || iy >= i32(params.x_h)) { continue; }
    for (var v = 0u; v < params.kernel_w; v++) {
      let ix = first.y + i32(v * params.dilation_w);
      if (ix < 0 || ix >= i32(params.x_w)) { continue; }
      let value = vec4f(x[((n * params.x_h + u32(iy)) * params.x_w + u32(ix)) * params.c4 + c - params.x_base]);
      best = select(value, max(best, value), found);
      found = true;
    }
  }
  y[((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c - params.y_base] = vec4<Elem>(best);
}
