// Maps of vec4 blocks, channels last or [N, C/4, H, W]: the strides tell them apart. A part, not a kernel.

@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

fn load(index: i32, i: u32) -> vec4f {
  return select(vec4f(), x[u32(max(index, 0)) + i * params.x_c], index >= 0);
}

// Writes block `o` of 4 pixels.
fn store(at: u32, o: u32, pixel: u32, y0: vec4f, y1: vec4f, y2: vec4f, y3: vec4f) {
  if (o >= params.y_depth) { return; }
  let first = at + o * params.y_c;
  let valid = params.pixels - pixel;
  y[first] = y0;
  if (valid > 1u) { y[first + params.y_p] = y1; }
  if (valid > 2u) { y[first + 2u * params.y_p] = y2; }
  if (valid > 3u) { y[first + 3u * params.y_p] = y3; }
}
