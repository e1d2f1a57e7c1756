// y[n, p, o] = act(b[o] + sum over taps t and i in o's group of w[i, o, t] * x[n, (p + origin - t*d) / s, i]),
// t where the division is whole
//
// Groups of any size, depthwise among them. One invocation per 4 output channels of one pixel; each may
// belong to another group, so inputs are read one by one.
// uses: transposed_taps, relu, unravel

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
  origin_y: u32,
  origin_x: u32,
  step_h: u32,
  step_w: u32,
  jump_h: i32,
  jump_w: i32,
  inverse_h: u32,
  inverse_w: u32,
  in_group: u32,
  out_group: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<f32>;               // [I, O/G, kh, kw]
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

fn sum(o: u32, n: u32, m: Meeting) -> f32 {
  let channel = o / params.out_group * params.in_group;
  let taps = params.kernel_h * params.kernel_w;
  var total = 0.0;
  var iy = m.source.x;
  for (var u = m.first.x; u < params.kernel_h; u += params.step_h) {
    var ix = m.source.y;
    for (var v = m.first.y; v < params.kernel_w; v += params.step_w) {
      if (iy >= 0 && iy < i32(params.x_h) && ix >= 0 && ix < i32(params.x_w)) {
        let pixel = ((n * params.x_h + u32(iy)) * params.x_w + u32(ix)) * params.x_c4 - params.x_base;
        let tap = o % params.out_group * taps + u * params.kernel_w + v;
        for (var i = channel; i < channel + params.in_group; i++) {
          total += w[i * params.out_group * taps + tap] * f32(x[pixel + i / 4u][i % 4u]);
        }
      }
      ix -= params.jump_w;
    }
    iy -= params.jump_h;
  }
  return total;
}

@compute @workgroup_size(64, 1, 1)
fn conv_transpose2d_grouped(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let place = unravel(index, params.rows, params.y_w, params.y_c4);
  let n = params.image + place.x;
  let oy = params.row + place.y;
  let ox = place.z;
  let o4 = place.w;
  let m = meeting(vec2u(oy, ox));

  var value = b[o4];
  for (var k = 0u; k < 4u && 4u * o4 + k < params.y_c; k++) {
    value[k] += sum(4u * o4 + k, n, m);
  }
  y[((n * params.y_h + oy) * params.y_w + ox) * params.y_c4 + o4 - params.y_base] =
    vec4<Elem>(act(value));
}
