// y[p] = the network's input for texel p, whose channels 0 .. 1 stand for 0 .. 255; alpha is ignored
//
// One invocation per pixel. Pixels count from the texture's first row.
// uses: image_pixel

@group(0) @binding(1) var x: texture_2d<f32>;

@compute @workgroup_size(64, 1, 1)
fn image_from_texture(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let pixel = params.x_first + index;
  store(index, 255.0 * textureLoad(x, vec2u(pixel % params.w, pixel / params.w), 0).rgb);
}
