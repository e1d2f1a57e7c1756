// y[n, p, o] = act(b[o] + sum over i and taps t of w[i, o, t] * x[n, (p + origin - t*d) / s, i]),
// t where the division is whole
//
// A gather by phase, without workgroup memory: output pixels that lie a stride apart meet the same taps, so
// one invocation computes 16 channels (4 vec4) of 4 pixels of one phase. Any window, stride, dilation and
// padding, and groups whose channel counts are multiples of 4.
// uses: transposed_taps, relu

struct Params {
  x_base: u32,      // first vec4 of the bound view of x
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  y_c4: u32,
  image: u32,
  images: u32,
  row: u32,         // first output row of each image
  rows: u32,
  phases_h: u32,    // phases that these rows and columns have
  phases_w: u32,
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
  depth: u32,       // vec4 of input channels in a group
  tiles: u32,       // tiles of 16 output channels in a group
  group_c4: u32,    // vec4 of output channels in a group
  tile: u32,        // first tile of this dispatch, counted over all groups
  tile_count: u32,
  w_base: u32,      // first vec4 of the bound view of w
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<vec4<Elem>>;        // [tile, kh, kw, i/4, 4 (i), 4 (o/4)] of 4 o
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

// Pixel k of a phase, in row-major order; below the band where the phase has fewer.
fn pixel_of(phase: vec2u, k: u32) -> vec2u {
  let width = (params.y_w - phase.y + params.stride_w - 1u) / params.stride_w;
  return vec2u(params.row, 0u) + phase + vec2u(k / width, k % width) * vec2u(params.stride_h, params.stride_w);
}

// The input vec4 at a pixel, as an index into x, or -1 beside the map.
fn at(pixel: vec2i, image: u32) -> i32 {
  let inside = all(pixel >= vec2i()) && all(pixel < vec2i(vec2u(params.x_h, params.x_w)));
  let index = ((image * params.x_h + u32(pixel.x)) * params.x_w + u32(pixel.y)) * params.x_c4 - params.x_base;
  return select(-1, i32(index), inside);
}

fn load(index: i32, c4: u32) -> vec4f {
  return select(vec4f(), vec4f(x[u32(max(index, 0)) + c4]), index >= 0);
}

fn store(index: u32, c4: u32, sum: vec4f) {
  let value = sum + b[c4];
  y[index + c4] = vec4<Elem>(act(value));
}

@compute @workgroup_size(64, 1, 1)
fn conv_transpose2d(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  let stride = vec2u(params.stride_h, params.stride_w);
  let plane = (vec2u(params.rows, params.y_w) + stride - 1u) / stride;
  let quads = (plane.x * plane.y + 3u) / 4u;
  let phases = params.phases_h * params.phases_w;
  let n = params.image + index / (quads * phases * params.tile_count);
  if (n >= params.image + params.images) { return; }
  let tile = params.tile + index / (quads * phases) % params.tile_count;
  let phase = vec2u(index / quads % phases / params.phases_w, index / quads % params.phases_w);
  let k = 4u * (index % quads);
  let group = tile / params.tiles;

  // Rows: pixels. Columns: the 4 vec4 of output channels.
  var y00 = vec4f(); var y01 = vec4f(); var y02 = vec4f(); var y03 = vec4f();
  var y10 = vec4f(); var y11 = vec4f(); var y12 = vec4f(); var y13 = vec4f();
  var y20 = vec4f(); var y21 = vec4f(); var y22 = vec4f(); var y23 = vec4f();
  var y30 = vec4f(); var y31 = vec4f(); var y32 = vec4f(); var y33 = vec4f();

  let m0 = meeting(pixel_of(phase, k));
  let s1 = meeting(pixel_of(phase, k + 1u)).source;
  let s2 = meeting(pixel_of(phase, k + 2u)).source;
  let s3 = meeting(pixel_of(phase, k + 3u)).source;
  var back = vec2i();
  for (var u = m0.first.x; u < params.kernel_h; u += params.step_h) {
    back.y = 0;
    for (var v = m0.first.y; v < params.kernel_w; v += params.step_w) {
      let i0 = at(m0.source - back, n);
      let i1 = at(s1 - back, n);
      let i2 = at(s2 - back, n);
      let i3 = at(s3 - back, n);
      var wi = ((tile * params.kernel_h + u) * params.kernel_w + v) * params.depth * 16u - params.w_base;
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
      back.y += params.jump_w;
    }
    back.x += params.jump_h;
  }

  let c4 = group * params.group_c4 + 4u * (tile % params.tiles);
  let valid_c4 = (group + 1u) * params.group_c4 - c4;
  for (var j = 0u; j < 4u; j++) {
    let pixel = pixel_of(phase, k + j);
    if (pixel.x >= params.row + params.rows) { break; }
    let out = ((n * params.y_h + pixel.x) * params.y_w + pixel.y) * params.y_c4 - params.y_base;
    store(out, c4, select(select(y00, y10, j == 1u), select(y20, y30, j == 3u), j > 1u));
    if (valid_c4 > 1u) { store(out, c4 + 1u, select(select(y01, y11, j == 1u), select(y21, y31, j == 3u), j > 1u)); }
    if (valid_c4 > 2u) { store(out, c4 + 2u, select(select(y02, y12, j == 1u), select(y22, y32, j == 3u), j > 1u)); }
    if (valid_c4 > 3u) { store(out, c4 + 3u, select(select(y03, y13, j == 1u), select(y23, y33, j == 3u), j > 1u)); }
  }
}
