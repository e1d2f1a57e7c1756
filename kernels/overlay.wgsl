// y[n, p] = (1 - t) * image[n, p] + t * palette[label[n, p]], t = alpha * the colour's own alpha
// without OVER: y[n, p] = palette[label[n, p]]
//
// One invocation per pixel. A label beyond the palette has no colour: it shows the image, or nothing.
// Pixels and colours are RGBA bytes with red lowest; channels round to the nearest, and a blend is opaque.

override OVER: bool = true;

struct Params {
  label_first: u32,
  image_first: u32,
  y_first: u32,
  count: u32,    // pixels
  colours: u32,  // of the palette
  alpha: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> label: array<u32>;    // [N, H, W]
@group(0) @binding(2) var<storage, read> image: array<u32>;    // [N, H, W], not read without OVER
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<u32>;  // [N, H, W]

fn bytes(pixel: u32) -> vec4f {
  return vec4f((vec4u(pixel) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu));
}

@compute @workgroup_size(64, 1, 1)
fn overlay(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let wanted = label[params.label_first + index];
  var colour = 0u;
  if (wanted < params.colours) { colour = palette[wanted]; }
  if (OVER) {
    let over = bytes(colour);
    let blend = mix(bytes(image[params.image_first + index]), over, params.alpha * over.w / 255.0);
    let rgb = vec3u(blend.rgb + 0.5);
    colour = rgb.r | (rgb.g << 8u) | (rgb.b << 16u) | 0xff000000u;
  }
  y[params.y_first + index] = colour;
}
