// y[n, h, w, c] = x[source_n[n], source_h[h], source_w[w], source_c[c]], or value where one of them is below 0
//
// Slices, pads and takes are gathers: the tables come from the host. One invocation per vec4 of y.
// uses: unravel

struct Params {
  n: u32,          // sizes of y
  c: u32,
  h: u32,
  w: u32,
  y_base: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,      // vec4 to write
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  x_base: u32,
  value: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> source: array<i32>;          // of n, c, h and w, one after another
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn gather(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c4 = (params.c + 3u) / 4u;
  let place = unravel(index, params.rows, params.w, c4);
  let n = params.image + place.x;
  let oy = params.row + place.y;
  let ox = place.z;
  let slot = place.w;

  let image = source[n];
  let iy = source[params.n + params.c + oy];
  let ix = source[params.n + params.c + params.h + ox];
  var value = vec4<Elem>();
  for (var lane = 0u; lane < 4u && 4u * slot + lane < params.c; lane++) {
    let c = source[params.n + 4u * slot + lane];
    if (min(min(image, iy), min(ix, c)) < 0) {
      value[lane] = Elem(params.value);
    } else {
      let at = ((u32(image) * params.x_h + u32(iy)) * params.x_w + u32(ix)) * params.x_c4 + u32(c) / 4u;
      value[lane] = x[at - params.x_base][u32(c) % 4u];
    }
  }
  y[((n * params.h + oy) * params.w + ox) * c4 + slot - params.y_base] = value;
}
