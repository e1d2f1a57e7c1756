// What a loss and its gradient share: the contract (params and bindings), and what a pixel counts. A part, not a
// kernel: it has no entry point.

struct Params {
  x_first: u32,
  label_first: u32,
  y_first: u32,
  count: u32,      // pixels
  c: u32,
  c4: u32,
  pixel: u32,      // first pixel, counted over images
  h: u32,
  w: u32,
  ignore: i32,     // this label does not count; -1 for none
  cell: u32,       // side of the squares that are kept or left out together
  stream: u32,     // which of a net's random streams
  sampled: u32,    // 0 where every pixel is kept
  divisor: f32,    // 0 for the weights that counted
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;          // scores [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> label: array<vec4<Elem>>;      // whole numbers [N, H, W, 1]
@group(0) @binding(3) var<storage, read> classes: array<vec2<f32>>;     // [C]: weight, probability of being kept
@group(0) @binding(4) var<storage, read> counter: array<vec4<u32>>;     // [1]: seed, seed, draw, 0

// A pixel's class and what it weighs; class C for a label that is none.
struct Pixel {
  class_index: u32,
  weight: f32,
}

fn cell_of(pixel: u32) -> u32 {
  let column = pixel % params.w / params.cell;
  let row = pixel / params.w % params.h / params.cell;
  let image = pixel / (params.w * params.h);
  let across = (params.w + params.cell - 1u) / params.cell;
  let down = (params.h + params.cell - 1u) / params.cell;
  return (image * down + row) * across + column;
}

fn pixel_of(index: u32) -> Pixel {
  let given = f32(label[params.label_first + index].x);
  if (params.ignore >= 0 && given == f32(params.ignore)) { return Pixel(0u, 0.0); }
  let known = given >= 0.0 && given < f32(params.c) && fract(given) == 0.0;
  if (!known) { return Pixel(params.c, 0.0); }
  let class_index = u32(given);
  let of_class = classes[class_index];
  var weight = of_class.x;
  if (params.sampled > 0u) {
    let place = vec4u(cell_of(params.pixel + index), params.stream, counter[0].z, 0u);
    if (uniform4(philox(place, counter[0].xy)).x >= of_class.y) { weight = 0.0; }
  }
  return Pixel(class_index, weight);
}

fn is_channel(slot: u32) -> vec4<bool> {
  return vec4u(4u * slot) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
}

// The largest score, and the logarithm of the sum of exp(score - largest).
fn log_sum(x_at: u32) -> vec2f {
  let beyond = vec4f(f32(x[x_at].x));
  var best = beyond;
  for (var i = 0u; i < params.c4; i++) {
    best = max(best, select(beyond, vec4f(x[x_at + i]), is_channel(i)));
  }
  let largest = max(max(best.x, best.y), max(best.z, best.w));
  var sum = vec4f();
  for (var i = 0u; i < params.c4; i++) {
    let value = select(beyond, vec4f(x[x_at + i]), is_channel(i)) - largest;
    sum += select(vec4f(), exp(value), is_channel(i));
  }
  return vec2f(largest, log(sum.x + sum.y + sum.z + sum.w));
}
