// What the kernels share that sum a tile of 4 pixels x 16 output channels: the loads, the sums, and their store. A part,
// not a kernel: it has no entry point.

// Of the pixels a, b, c and d 4 vec4 of output channels.
struct Sums {
  a: array<vec4f, 4>,
  b: array<vec4f, 4>,
  c: array<vec4f, 4>,
  d: array<vec4f, 4>,
}

// A row and column of x as an index of its first vec4, or -1 beside the map.
fn index_of(image: u32, at: vec2i) -> i32 {
  let inside = all(at >= vec2i()) && all(at < vec2i(i32(params.x_h), i32(params.x_w)));
  let index = ((image * params.x_h + u32(at.x)) * params.x_w + u32(at.y)) * params.x_c4 - params.x_base;
  return select(-1, i32(index), inside);
}

fn load(index: i32, c4: u32) -> vec4f {
  return select(vec4f(), vec4f(x[u32(max(index, 0)) + c4]), index >= 0);
}

fn store(index: u32, value: vec4f) {
  y[index] = vec4<Elem>(act(value));
}

// One vec4 of output channels of the first `count` of 4 pixels; `at` are the pixels' first vec4.
fn store_c4(at: vec4u, c4: u32, end_c4: u32, count: u32, y0: vec4f, y1: vec4f, y2: vec4f, y3: vec4f) {
  if (c4 >= end_c4) { return; }
  let bias = b[c4];
  if (count > 0u) { store(at.x + c4, y0 + bias); }
  if (count > 1u) { store(at.y + c4, y1 + bias); }
  if (count > 2u) { store(at.z + c4, y2 + bias); }
  if (count > 3u) { store(at.w + c4, y3 + bias); }
}

// Channels: vec4 lane ^ k of the tile's for sum k.
fn store_tile(sums: ptr<function, Sums>, at: vec4u, tile: u32, lane: u32, count: u32) {
  let group = tile / params.tiles;
  let first = group * params.group_c4 + 4u * (tile % params.tiles);
  let end = (group + 1u) * params.group_c4;
  store_c4(at, first + lane, end, count, (*sums).a[0], (*sums).b[0], (*sums).c[0], (*sums).d[0]);
  store_c4(at, first + (lane ^ 1u), end, count, (*sums).a[1], (*sums).b[1], (*sums).c[1], (*sums).d[1]);
  store_c4(at, first + (lane ^ 2u), end, count, (*sums).a[2], (*sums).b[2], (*sums).c[2], (*sums).d[2]);
  store_c4(at, first + (lane ^ 3u), end, count, (*sums).a[3], (*sums).b[3], (*sums).c[3], (*sums).d[3]);
}
