// y[n, p, o] = act(b[o] + sum over u, v, i of w[o, u, v, i] * x[n, p - pad + (u, v), i]), v below 3
//
// conv2d for windows 3 columns wide at stride 1: one invocation computes 8 channels of 2 rows of 4 pixels, so a
// column of x serves up to 3 taps and no channel of a narrow layer is computed in vain. The lanes of a quad load
// the weights of one input channel each and pass them round. Sums run over u, i, v in this order in every lane.
// needs: subgroups
// uses: strip_store, relu_flag
enable subgroups;

// The weights of a tap: columns are input channels, rows output channels.
struct Tap { low: mat4x4f, high: mat4x4f }

// 6 columns of a row of x, 4 channels each.
struct Columns { left: mat4x4f, right: mat2x4f }

fn passed_round(own: vec4f) -> mat4x4f {
  return mat4x4f(quadBroadcast(own, 0u), quadBroadcast(own, 1u), quadBroadcast(own, 2u), quadBroadcast(own, 3u));
}

fn tap_at(index: u32) -> Tap {
  return Tap(passed_round(vec4f(w[index])), passed_round(vec4f(w[index + 1u])));
}

fn pixel_at(row: i32, column: i32, c4: u32) -> vec4f {
  let inside = column >= 0 && column < i32(params.x_w);
  let index = (row + max(column, 0)) * i32(params.x_c4) + i32(c4) - i32(params.x_base);
  return select(vec4f(), vec4f(x[u32(max(index, 0))]), inside);
}

fn columns_at(row: i32, column: i32, c4: u32) -> Columns {
  return Columns(
    mat4x4f(pixel_at(row, column, c4), pixel_at(row, column + 1, c4),
      pixel_at(row, column + 2, c4), pixel_at(row, column + 3, c4)),
    mat2x4f(pixel_at(row, column + 4, c4), pixel_at(row, column + 5, c4)));
}

fn added(y: Strip, c: Columns, t0: Tap, t1: Tap, t2: Tap) -> Strip {
  let middle = mat4x4f(c.left[1], c.left[2], c.left[3], c.right[0]);
  let right = mat4x4f(c.left[2], c.left[3], c.right[0], c.right[1]);
  return Strip(
    y.low + t0.low * c.left + t1.low * middle + t2.low * right,
    y.high + t0.high * c.left + t1.high * middle + t2.high * right);
}

override WORKGROUP: u32 = 64u; // invocations, for the tuner to choose

@compute @workgroup_size(WORKGROUP, 1, 1)
fn conv2d_strip(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * WORKGROUP + id.x;
  let place = place_of(index, 2u);

  var y0 = Strip();
  var y1 = Strip();
  let step = params.depth * 16u; // from one tap to the next
  var wi = (place.tile / 2u) * params.kernel_h * 3u * step + 4u * (index & 3u) + 2u * (place.tile & 1u) - params.w_base;
  let left = i32(place.column) - params.pad_left;
  // One loop over u and i: on SwiftShader the sums cost more where they enter and leave a loop than in it.
  let turns = params.kernel_h * params.depth;
  var u = 0u;
  var i = 0u;
  for (var k = 0u; k < turns; k++) {
    let top = i32(params.row + place.row + u) - params.pad_top;
    // The first pixel of each row under the window; below 0 on the padding.
    let first = i32(place.n * params.x_h) + top;
    let row0 = select(-1, first * i32(params.x_w), top >= 0 && top < i32(params.x_h));
    let row1 = select(-1, (first + 1) * i32(params.x_w), top + 1 >= 0 && top + 1 < i32(params.x_h));
    let t0 = tap_at(wi);
    let t1 = tap_at(wi + step);
    let t2 = tap_at(wi + 2u * step);
    // Both rows in one block would take SwiftShader's compiler 25 s instead of one.
    if (row0 >= 0) { y0 = added(y0, columns_at(row0, left, i), t0, t1, t2); }
    if (row1 >= 0) { y1 = added(y1, columns_at(row1, left, i), t0, t1, t2); }
    let is_row_done = i + 1u == params.depth;
    i = select(i + 1u, 0u, is_row_done);
    u += u32(is_row_done);
    wi += select(16u, 16u + 2u * step, is_row_done);
  }

  let outputs = outputs_of(place);
  if (place.rows > 0u) { store_row(outputs, 0u, y0); }
  if (place.rows > 1u) { store_row(outputs, 1u, y1); }
}
