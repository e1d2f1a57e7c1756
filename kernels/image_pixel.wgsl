// What image_from_rgba and image_from_texture share: the contract and the write of one pixel. A part, not a
// kernel: it has no entry point.
//
// y[c] = red_c * R + green_c * G + blue_c * B + offset_c: channel order or grey, scale and mean in one step.
// The lane beyond three channels, and those beyond a grey one, have zero rows.

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // pixels
  w: u32,
  red_0: f32,
  green_0: f32,
  blue_0: f32,
  offset_0: f32,
  red_1: f32,
  green_1: f32,
  blue_1: f32,
  offset_1: f32,
  red_2: f32,
  green_2: f32,
  blue_2: f32,
  offset_2: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, 1]

// `rgb` in 0 .. 255.
fn store(index: u32, rgb: vec3f) {
  let value = vec4f(
    dot(vec3f(params.red_0, params.green_0, params.blue_0), rgb) + params.offset_0,
    dot(vec3f(params.red_1, params.green_1, params.blue_1), rgb) + params.offset_1,
    dot(vec3f(params.red_2, params.green_2, params.blue_2), rgb) + params.offset_2,
    0.0,
  );
  y[params.y_first + index] = vec4<Elem>(value);
}
