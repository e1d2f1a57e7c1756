// y[i] = x[offset + sum over k of digit_k(i) * stride_k], elements of both in planar order
//
// Digits are those of a mixed-radix number, the last one fastest. Transposes, reshapes, slices and repeats are
// rearrangements. One invocation per vec4 of y.
// uses: unravel

struct Params {
  n: u32,          // sizes of y
  c: u32,
  h: u32,
  w: u32,
  y_base: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,      // vec4 to write
  x_c: u32,        // sizes of x
  x_h: u32,
  x_w: u32,
  x_base: u32,
  offset: i32,
  digits: u32,
  each: u32,       // 1 where every image is arranged alike, from the image of its number
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> digits: array<vec2i>;        // size and stride, slowest first
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

fn source(element: u32) -> u32 {
  var rest = element;
  var at = params.offset;
  for (var k = params.digits; k > 0u; k--) {
    let digit = digits[k - 1u];
    at += i32(rest % u32(digit.x)) * digit.y;
    rest /= u32(digit.x);
  }
  return u32(at);
}

@compute @workgroup_size(64, 1, 1)
fn rearrange(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c4 = (params.c + 3u) / 4u;
  let place = unravel(index, params.rows, params.w, c4);
  let n = params.image + place.x;
  let oy = params.row + place.y;
  let ox = place.z;
  let slot = place.w;

  let x_c4 = (params.x_c + 3u) / 4u;
  var value = vec4<Elem>();
  for (var lane = 0u; lane < 4u && 4u * slot + lane < params.c; lane++) {
    let image = select(n, 0u, params.each == 1u);
    let at = source(((image * params.c + 4u * slot + lane) * params.h + oy) * params.w + ox);
    let plane = at / (params.x_h * params.x_w);
    let pixel = at % (params.x_h * params.x_w);
    let from_image = select(plane / params.x_c, n, params.each == 1u);
    let c = plane % params.x_c;
    value[lane] = x[(from_image * params.x_h * params.x_w + pixel) * x_c4 + c / 4u - params.x_base][c % 4u];
  }
  y[((n * params.h + oy) * params.w + ox) * c4 + slot - params.y_base] = value;
}
