// y[n, p, c] = sum over u, v with (p + origin - (u, v)) divisible by s of h[u] * h[v] * x[n, (p + origin - (u, v)) / s, c]
// h[u] = 1 - |u - (k - 1)/2| / ceil(k/2)
//
// Transposed convolution of each channel by itself with the bilinear filter; beyond the map x is zero. One
// invocation per 4 channels of 4 output pixels of a row.
// uses: bilinear_pixels

@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn conv_transpose2d_bilinear(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let at = pixels_at(index / params.c4);
  let pixels = upsampled(at, c);
  let out = ((at.x * params.y_h + at.y) * params.y_w + at.z) * params.c4 + c - params.y_base;
  y[out] = vec4<Elem>(pixels[0]);
  if (at.z + 1u < params.y_w) { y[out + params.c4] = vec4<Elem>(pixels[1]); }
  if (at.z + 2u < params.y_w) { y[out + 2u * params.c4] = vec4<Elem>(pixels[2]); }
  if (at.z + 3u < params.y_w) { y[out + 3u * params.c4] = vec4<Elem>(pixels[3]); }
}
