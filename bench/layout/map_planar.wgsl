// Planar maps, a plane padded to 4 pixels. Scalars are read, as a tap shifts 4 pixels off a vec4. A part, not a kernel.

@group(0) @binding(1) var<storage, read> x: array<f32>;  // [N, C, H, W]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

// Channels 4i .. 4i+3 of a pixel.
fn load(index: i32, i: u32) -> vec4f {
  let at = u32(max(index, 0)) + 4u * i * params.x_c;
  let value = vec4f(x[at], x[at + params.x_c], x[at + 2u * params.x_c], x[at + 3u * params.x_c]);
  return select(vec4f(), value, index >= 0);
}

// Channel i of a pixel.
fn load_channel(index: i32, i: u32) -> f32 {
  return select(0.0, x[u32(max(index, 0)) + i * params.x_c], index >= 0);
}

// Writes channels 4o .. 4o+3 of 4 pixels, one vec4 a channel.
fn store(at: u32, o: u32, pixel: u32, y0: vec4f, y1: vec4f, y2: vec4f, y3: vec4f) {
  let columns = transpose(mat4x4f(y0, y1, y2, y3));
  let first = at + 4u * o * params.y_c;
  let valid = params.y_depth - min(4u * o, params.y_depth);
  if (valid > 0u) { y[first / 4u] = columns[0]; }
  if (valid > 1u) { y[(first + params.y_c) / 4u] = columns[1]; }
  if (valid > 2u) { y[(first + 2u * params.y_c) / 4u] = columns[2]; }
  if (valid > 3u) { y[(first + 3u * params.y_c) / 4u] = columns[3]; }
}
