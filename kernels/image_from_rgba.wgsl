// y[n, p] = the network's input for the RGBA bytes of pixel p; alpha is ignored
//
// One invocation per pixel.
// uses: image_pixel

@group(0) @binding(1) var<storage, read> x: array<u32>;  // [N, H, W], RGBA with red in the lowest byte

@compute @workgroup_size(64, 1, 1)
fn image_from_rgba(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let pixel = x[params.x_first + index];
  store(index, vec3f((vec3u(pixel) >> vec3u(0u, 8u, 16u)) & vec3u(0xffu)));
}
