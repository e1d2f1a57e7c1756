// y[n, p, o] = act(b[o] + sum over u, v and i in o's group of w[o, i, u, v] * x[n, p*s - pad + (u, v)*d, i])
//
// Groups of any size, depthwise among them. One invocation per 4 output channels of one pixel; each may
// belong to another group, so inputs are read one by one.

override RELU: bool = false;

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  y_c: u32,
  y_c4: u32,
  image: u32,
  row: u32,
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
  in_group: u32,
  out_group: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<f32>;               // [O, I/G, kh, kw]
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

fn sum(o: u32, n: u32, first: vec2i) -> f32 {
  let channel = o / params.out_group * params.in_group;
  let taps = params.kernel_h * params.kernel_w;
  var total = 0.0;
  for (var u = 0u; u < params.kernel_h; u++) {
    let iy = first.x + i32(u * params.dilation_h);
    if (iy < 0 || iy >= i32(params.x_h)) { continue; }
    for (var v = 0u; v < params.kernel_w; v++) {
      let ix = first.y + i32(v * params.dilation_w);
      if (ix < 0 || ix >= i32(params.x_w)) { continue; }
      let pixel = ((n * params.x_h + u32(iy)) * params.x_w + u32(ix)) * params.x_c4 - params.x_base;
      let tap = o * params.in_group * taps + u * params.kernel_w + v;
      for (var i = 0u; i < params.in_group; i++) {
        let c = channel + i;
        total += w[tap + i * taps] * f32(x[pixel + c / 4u][c % 4u]);
      }
    }
  }
  return total;
}

@compute @workgroup_size(64, 1, 1)
fn conv2d_grouped(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let o4 = index % params.y_c4;
  let ox = index / params.y_c4 % params.y_w;
  let oy = params.row + index / (params.y_c4 * params.y_w) % params.rows;
  let n = params.image + index / (params.y_c4 * params.y_w * params.rows);
  let first = vec2i(vec2u(oy, ox) * vec2u(params.stride_h, params.stride_w)) - vec2i(params.pad_top, params.pad_left);

  var value = b[o4];
  for (var k = 0u; k < 4u && 4u * o4 + k < params.y_c; k++) {
    value[k] += sum(4u * o4 + k, n, first);
  }
  y[((n * params.y_h + oy) * params.y_w + ox) * params.y_c4 + o4 - params.y_base] =
    vec4<Elem>(select(value, max(value, vec4f()), RELU));
}
