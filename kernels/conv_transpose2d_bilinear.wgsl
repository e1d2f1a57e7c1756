// y[n, p, c] = sum over u, v with (p + origin - (u, v)) divisible by s of h[u] * h[v] * x[n, (p + origin - (u, v)) / s, c]
// h[u] = 1 - |u - (k - 1)/2| / ceil(k/2)
//
// Transposed convolution of each channel by itself with the bilinear filter; beyond the map x is zero. One
// invocation per 4 channels of one output pixel. Weights are whole numbers until the last product.

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,     // vec4 to write
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

// Twice h[u] * ceil(k/2).
fn height(u: i32, k: i32) -> f32 {
  return f32((k + 1) / 2 * 2 - abs(2 * u - (k - 1)));
}

@compute @workgroup_size(64, 1, 1)
fn conv_transpose2d_bilinear(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let ox = index / params.c4 % params.y_w;
  let oy = params.row + index / (params.c4 * params.y_w) % params.rows;
  let n = params.image + index / (params.c4 * params.y_w * params.rows);
  let py = i32(oy) + params.origin_y;
  let px = i32(ox) + params.origin_x;

  var sum = vec4f();
  var iy = py / params.stride_h;
  for (var u = py % params.stride_h; u < params.kernel_h; u += params.stride_h) {
    if (iy >= 0 && iy < i32(params.x_h)) {
      let first = (n * params.x_h + u32(iy)) * params.x_w * params.c4 + c - params.x_base;
      var row = vec4f();
      var ix = px / params.stride_w;
      for (var v = px % params.stride_w; v < params.kernel_w; v += params.stride_w) {
        if (ix >= 0 && ix < i32(params.x_w)) {
          row += height(v, params.kernel_w) * vec4f(x[first + u32(ix) * params.c4]);
        }
        ix--;
      }
      sum += height(u, params.kernel_h) * row;
    }
    iy--;
  }
  let scale = f32((params.kernel_h + 1) / 2 * 2) * f32((params.kernel_w + 1) / 2 * 2);
  y[((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c - params.y_base] = vec4<Elem>(sum / scale);
}
