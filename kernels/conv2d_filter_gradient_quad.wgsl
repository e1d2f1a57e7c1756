// The contract of conv2d_filter_gradient, for adapters with subgroups: the four invocations of a quad compute 16
// output by 16 input channels, and each loads a quarter of both. Lane l loads vec4 l of the output channels and
// vec4 2 (l % 2) + l / 2 of the input channels; a swap along each axis gives it the other vec4 of its 8 by 8. Four
// pixels of a row come at a time, so that a sum is stored once for four products.
// needs: subgroups
// uses: filter_gradient_run
enable subgroups;

// Taps of a row of the window that one invocation takes: 3 read each column once, for windows 3 wide by 1.
override TAPS: u32 = 1u;

// Two vec4 of channels, a and b, of one pixel.
struct Pair {
  a: vec4f,
  b: vec4f,
}

// Two vec4 of channels of four pixels. Of x the columns are pixels, of dy they are channels.
struct Pixels {
  a: mat4x4f,
  b: mat4x4f,
}

// Input channels a and b for the output channels a, 0 to 3, and b, 4 to 7.
struct Sums {
  a: array<vec4f, 8>,
  b: array<vec4f, 8>,
}

fn pixels(p: Pair, q: Pair, r: Pair, s: Pair) -> Pixels {
  return Pixels(mat4x4f(p.a, q.a, r.a, s.a), mat4x4f(p.b, q.b, r.b, s.b));
}

fn by_channel(y: Pixels) -> Pixels {
  return Pixels(transpose(y.a), transpose(y.b));
}

fn load_x(row: Row, ix: i32, c4: u32) -> vec4f {
  let inside = row.inside && ix >= 0 && ix < i32(params.x_w);
  return select(vec4f(), vec4f(x[select(0u, row.x + u32(ix) * params.x_c4 + c4, inside)]), inside);
}

fn load_y(row: Row, ox: u32, c4: u32) -> vec4f {
  let inside = row.inside && ox < params.y_w;
  return select(vec4f(), vec4f(dy[select(0u, row.y + ox * params.y_c4 + c4, inside)]), inside);
}

fn add(sums: ptr<function, Sums>, x: Pixels, y: Pixels) {
  (*sums).a[0] += x.a * y.a[0];
  (*sums).a[1] += x.a * y.a[1];
  (*sums).a[2] += x.a * y.a[2];
  (*sums).a[3] += x.a * y.a[3];
  (*sums).a[4] += x.a * y.b[0];
  (*sums).a[5] += x.a * y.b[1];
  (*sums).a[6] += x.a * y.b[2];
  (*sums).a[7] += x.a * y.b[3];
  (*sums).b[0] += x.b * y.a[0];
  (*sums).b[1] += x.b * y.a[1];
  (*sums).b[2] += x.b * y.a[2];
  (*sums).b[3] += x.b * y.a[3];
  (*sums).b[4] += x.b * y.b[0];
  (*sums).b[5] += x.b * y.b[1];
  (*sums).b[6] += x.b * y.b[2];
  (*sums).b[7] += x.b * y.b[3];
}

// Where sums go: vec4 of input channels, first output channels of a and b, and the end of the latter.
struct Place {
  run: u32,
  i4: vec2u,
  o: vec2u,
  end: u32,
}

fn save_row(p: Place, tap: u32, o: u32, a: vec4f, b: vec4f) {
  if (o < p.end && p.i4.x < params.group_c4) { store(p.run, o, tap, p.i4.x, a); }
  if (o < p.end && p.i4.y < params.group_c4) { store(p.run, o, tap, p.i4.y, b); }
}

fn save(p: Place, tap: u32, sums: ptr<function, Sums>) {
  save_row(p, tap, p.o.x, (*sums).a[0], (*sums).b[0]);
  save_row(p, tap, p.o.x + 1u, (*sums).a[1], (*sums).b[1]);
  save_row(p, tap, p.o.x + 2u, (*sums).a[2], (*sums).b[2]);
  save_row(p, tap, p.o.x + 3u, (*sums).a[3], (*sums).b[3]);
  save_row(p, tap, p.o.y, (*sums).a[4], (*sums).b[4]);
  save_row(p, tap, p.o.y + 1u, (*sums).a[5], (*sums).b[5]);
  save_row(p, tap, p.o.y + 2u, (*sums).a[6], (*sums).b[6]);
  save_row(p, tap, p.o.y + 3u, (*sums).a[7], (*sums).b[7]);
}

fn pair_x(row: Row, ix: i32, c4: u32) -> Pair {
  let own = load_x(row, ix, c4);
  return Pair(own, quadSwapY(own));
}

fn pair_y(row: Row, ox: u32, c4: u32) -> Pair {
  let own = load_y(row, ox, c4);
  return Pair(own, quadSwapX(own));
}

// A pixel of dy: its row, counted over images, the image, the row in that, and the column.
struct At {
  row: u32,
  image: u32,
  oy: u32,
  ox: u32,
}

// Four pixels on, or in the next row.
fn next(at: At) -> At {
  let is_row_done = at.ox + 4u >= params.y_w;
  let is_image_done = is_row_done && at.oy + 1u == params.y_h;
  return At(
    at.row + u32(is_row_done),
    at.image + u32(is_image_done),
    select(at.oy + u32(is_row_done), 0u, is_image_done),
    select(at.ox + 4u, 0u, is_row_done),
  );
}

@compute @workgroup_size(64, 1, 1)
fn conv2d_filter_gradient_quad(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  let lane = index & 3u;
  // Swaps want uniform control flow: no early return, guarded stores, and loops over all rows and columns.
  let quad = min(index, params.count - 1u) / 4u;
  let tiles_i = (params.in_group + 15u) / 16u;
  let group_tiles = (min(params.outs, params.out_group) + 15u) / 16u;
  let tiles_o = (params.outs + params.out_group - 1u) / params.out_group * group_tiles;
  let tile = quad / tiles_i % tiles_o;
  let taps = params.kernel_h * params.kernel_w / TAPS;
  let tap = TAPS * (quad / (tiles_i * tiles_o) % taps);
  let run = params.first_run + quad / (tiles_i * tiles_o * taps);
  let first_o = params.out + tile / group_tiles * params.out_group + 16u * (tile % group_tiles);
  let first_i4 = 4u * (quad % tiles_i) + 2u * (lane & 1u);
  let group = first_o / params.out_group;

  // Its own, then its neighbour's. Beyond the group's channels the last vec4 is read again, and not stored.
  let i4 = first_i4 + vec2u(lane >> 1u, 1u - (lane >> 1u));
  let o = first_o + 4u * vec2u(lane, lane ^ 1u);
  let x_c4 = group * params.group_c4 + min(i4.x, params.group_c4 - 1u);
  let y_c4 = min(o.x / 4u, params.y_c4 - 1u);

  var s0 = Sums();
  var s1 = Sums();
  var s2 = Sums();
  let rows = run_of(run, tap);
  let step = i32(params.stride_w);
  // One loop over rows and columns: on SwiftShader the sums cost more where they enter and leave a loop than in it.
  let turns = params.run_rows * ((params.y_w + 3u) / 4u);
  var at = At(rows.first, rows.first / params.y_h, rows.first % params.y_h, 0u);
  for (var k = 0u; k < turns; k++) {
    let row = row_in(rows, at.row, at.image, at.oy);
    let ox = at.ox;
    let y = by_channel(pixels(
      pair_y(row, ox, y_c4),
      pair_y(row, ox + 1u, y_c4),
      pair_y(row, ox + 2u, y_c4),
      pair_y(row, ox + 3u, y_c4),
    ));
    let ix = i32(ox) * step + rows.offset.y;
    let x0 = pair_x(row, ix, x_c4);
    let x1 = pair_x(row, ix + step, x_c4);
    let x2 = pair_x(row, ix + 2 * step, x_c4);
    let x3 = pair_x(row, ix + 3 * step, x_c4);
    add(&s0, pixels(x0, x1, x2, x3), y);
    if (TAPS == 3u) {
      let x4 = pair_x(row, ix + 4, x_c4);
      let x5 = pair_x(row, ix + 5, x_c4);
      add(&s1, pixels(x1, x2, x3, x4), y);
      add(&s2, pixels(x2, x3, x4, x5), y);
    }
    at = next(at);
  }

  if (index >= params.count) { return; }
  let end = min(params.out + params.outs, (group + 1u) * params.out_group);
  let place = Place(run, i4, o, end);
  save(place, tap, &s0);
  if (TAPS == 3u) {
    save(place, tap + 1u, &s1);
    save(place, tap + 2u, &s2);
  }
}
