// The contract of conv2d, without groups, through workgroup memory: a workgroup computes 64 channels of 64 pixels, and
// loads what they share, 16 input channels at a time, once. One invocation computes 8 channels (2 vec4) of 8 pixels.
// Made for GPUs, where workgroup memory is near; SwiftShader and lavapipe keep it where they keep everything.
// uses: conv2d_tile, tile_sums, relu_flag

// Input channels in workgroup memory, as vec4.
const DEPTH = 4u;

var<workgroup> inputs: array<vec4<Elem>, 256>;   // [i/4, 64 pixels]
var<workgroup> filters: array<vec4<Elem>, 256>;  // [4 tiles, i/4, 4 (i), 4 (o/4)] of 4 o

// Of one vec4 of input channels the weights of vec4 q of the 64 output channels.
fn weights_of(i: u32, q: u32) -> mat4x4f {
  let at = 64u * (q / 4u) + 16u * i + q % 4u;
  return mat4x4f(vec4f(filters[at]), vec4f(filters[at + 4u]), vec4f(filters[at + 8u]), vec4f(filters[at + 12u]));
}

@compute @workgroup_size(64, 1, 1)
fn conv2d_block(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = id.y * grid.x + id.x;
  let across = (params.pixels + 63u) / 64u;
  let down = (params.tile_count + 3u) / 4u;
  let n = params.image + index / (across * down);
  if (n >= params.image + params.images) { return; }
  let tile = params.tile + 4u * (index / across % down);
  let tile_end = params.tile + params.tile_count;
  let pixel = params.pixel + 64u * (index % across);

  let q = lane % 8u;      // computes vec4 q and q + 8 of the channels
  let first = lane / 8u;  // of pixels first, first + 8, ...
  var low = array<vec4f, 8>();
  var high = array<vec4f, 8>();

  let window = window_at(pixel + lane); // loads the inputs of this pixel
  let taps = params.kernel_h * params.kernel_w;
  let next_tile = taps * params.depth * 16u;
  var wi = n * params.w_image + tile * next_tile + lane - params.w_base;
  var tap = vec2i();
  for (var t = 0u; t < taps; t++) {
    let source = index_of(n, window + tap);
    for (var i = 0u; i < params.depth; i += DEPTH) {
      let is_deep = i + lane / 16u < params.depth; // beyond it lie the weights of the next tap
      for (var k = 0u; k < 4u; k++) {
        inputs[64u * k + lane] = vec4<Elem>(load(select(-1, source, i + k < params.depth), i + k));
        let has_weights = is_deep && tile + k < tile_end;
        filters[64u * k + lane] = select(vec4<Elem>(), w[select(0u, wi + k * next_tile, has_weights)], has_weights);
      }
      workgroupBarrier();
      for (var k = 0u; k < DEPTH; k++) {
        let w_low = weights_of(k, q);
        let w_high = weights_of(k, q + 8u);
        for (var p = 0u; p < 8u; p++) {
          let value = vec4f(inputs[64u * k + 8u * p + first]);
          low[p] += w_low * value;
          high[p] += w_high * value;
        }
      }
      workgroupBarrier();
      wi += 16u * min(DEPTH, params.depth - i);
    }
    tap = next_tap(tap);
  }

  let c4 = 4u * tile + q;
  let c4_end = min(params.group_c4, 4u * tile_end);
  for (var p = 0u; p < 8u; p++) {
    let at = pixel + 8u * p + first;
    if (at >= params.pixel + params.pixels) { return; }
    let out = n * params.y_image + at * params.y_c4 - params.y_base;
    if (c4 < c4_end) { store(out + c4, low[p] + b[c4]); }
    if (c4 + 8u < c4_end) { store(out + c4 + 8u, high[p] + b[c4 + 8u]); }
  }
}
