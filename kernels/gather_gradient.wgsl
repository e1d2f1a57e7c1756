// dx[n, h, w, c] = sum of dy[i, j, k, l] over the i, j, k, l that a gather read at n, h, w, c
//
// The way back from slices, pads and takes: the lists come from the host, a span of `readers` for each index of each
// axis of x. One invocation per vec4 of dx: no two write one cell, and the order of the sum is fixed.
// uses: unravel

struct Params {
  n: u32,          // sizes of x
  c: u32,
  h: u32,
  w: u32,
  x_base: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,      // vec4 to write
  y_h: u32,
  y_w: u32,
  y_c4: u32,
  y_base: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<vec4<Elem>>;       // [N', H', W', C'/4]
@group(0) @binding(2) var<storage, read> spans: array<vec2u>;         // first and end, of n, c, h and w after one another
@group(0) @binding(3) var<storage, read> readers: array<u32>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4<Elem>>; // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn gather_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c4 = (params.c + 3u) / 4u;
  let place = unravel(index, params.rows, params.w, c4);
  let image = params.image + place.x;
  let row = params.row + place.y;
  let column = place.z;
  let slot = place.w;

  let images = spans[image];
  let rows = spans[params.n + params.c + row];
  let columns = spans[params.n + params.c + params.h + column];
  var sum = vec4f();
  for (var i = images.x; i < images.y; i++) {
    for (var j = rows.x; j < rows.y; j++) {
      for (var k = columns.x; k < columns.y; k++) {
        let pixel = ((readers[i] * params.y_h + readers[j]) * params.y_w + readers[k]) * params.y_c4 - params.y_base;
        for (var lane = 0u; lane < 4u && 4u * slot + lane < params.c; lane++) {
          let channels = spans[params.n + 4u * slot + lane];
          for (var l = channels.x; l < channels.y; l++) {
            sum[lane] += f32(dy[pixel + readers[l] / 4u][readers[l] % 4u]);
          }
        }
      }
    }
  }
  dx[((image * params.h + row) * params.w + column) * c4 + slot - params.x_base] = vec4<Elem>(sum);
}
