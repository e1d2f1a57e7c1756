// The contract of conv2d_filter_gradient, for adapters with subgroups: the four invocations of a quad compute 16
// output by 16 input channels under one tap of one run, and each loads a quarter of both. Lane l loads vec4 l of
// the output channels and vec4 2 (l % 2) + l / 2 of the input channels; a swap along each axis gives it the other
// vec4 of its 8 by 8.
// needs: subgroups
// uses: filter_gradient_run
enable subgroups;

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
  let tap = quad / (tiles_i * tiles_o) % (params.kernel_h * params.kernel_w);
  let run = params.first_run + quad / (tiles_i * tiles_o * params.kernel_h * params.kernel_w);
  let first_o = params.out + tile / group_tiles * params.out_group + 16u * (tile % group_tiles);
  let first_i4 = 4u * (quad % tiles_i);
  let group = first_o / params.out_group;

  // Beyond the group's channels the last vec4 is read again, and not stored.
  let own_i4 = min(first_i4 + 2u * (lane & 1u) + (lane >> 1u), params.group_c4 - 1u);
  let x_at = group * params.group_c4 + own_i4;
  let y_at = min(first_o / 4u + lane, params.y_c4 - 1u);

  // Rows: the 8 output channels. Columns: the 2 vec4 of input channels.
  var w00 = vec4f(); var w01 = vec4f();
  var w10 = vec4f(); var w11 = vec4f();
  var w20 = vec4f(); var w21 = vec4f();
  var w30 = vec4f(); var w31 = vec4f();
  var w40 = vec4f(); var w41 = vec4f();
  var w50 = vec4f(); var w51 = vec4f();
  var w60 = vec4f(); var w61 = vec4f();
  var w70 = vec4f(); var w71 = vec4f();

  let rows = run_of(run, tap);
  let width = u32(max(rows.right - rows.left, 0));
  for (var r = 0u; r < params.run_rows; r++) {
    let oy = rows.first + i32(r);
    let iy = oy * i32(params.stride_h) + rows.offset.x;
    let on_map = oy < rows.end && iy >= 0 && iy < i32(params.x_h);
    let x_row = x_index(rows, max(iy, 0)) + x_at;
    let y_row = y_index(rows, oy) + y_at;
    for (var ox = 0u; ox < params.y_w; ox++) {
      let column = u32(i32(ox) - rows.left);  // wraps round on the left
      let inside = on_map && column < width;
      let own_x = select(vec4f(), vec4f(x[select(0u, x_row + column * params.stride_w * params.x_c4, inside)]), inside);
      let own_y = vec4f(dy[select(0u, y_row + column * params.y_c4, inside)]);
      let other_x = quadSwapY(own_x);
      let other_y = quadSwapX(own_y);
      let x0 = select(own_x, other_x, lane > 1u);
      let x1 = select(other_x, own_x, lane > 1u);
      let y0 = select(own_y, other_y, (lane & 1u) > 0u);
      let y1 = select(other_y, own_y, (lane & 1u) > 0u);
      w00 += y0.x * x0; w01 += y0.x * x1;
      w10 += y0.y * x0; w11 += y0.y * x1;
      w20 += y0.z * x0; w21 += y0.z * x1;
      w30 += y0.w * x0; w31 += y0.w * x1;
      w40 += y1.x * x0; w41 += y1.x * x1;
      w50 += y1.y * x0; w51 += y1.y * x1;
      w60 += y1.z * x0; w61 += y1.z * x1;
      w70 += y1.w * x0; w71 += y1.w * x1;
    }
  }

  if (index >= params.count) { return; }
  let o = first_o + 8u * (lane >> 1u);
  let i4 = first_i4 + 2u * (lane & 1u);
  let end = min(params.out + params.outs, (group + 1u) * params.out_group);
  for (var k = 0u; k < 8u && o + k < end; k++) {
    let pair = k % 4u;
    let low0 = select(select(w00, w10, pair == 1u), select(w20, w30, pair == 3u), pair > 1u);
    let high0 = select(select(w40, w50, pair == 1u), select(w60, w70, pair == 3u), pair > 1u);
    let low1 = select(select(w01, w11, pair == 1u), select(w21, w31, pair == 3u), pair > 1u);
    let high1 = select(select(w41, w51, pair == 1u), select(w61, w71, pair == 3u), pair > 1u);
    if (i4 < params.group_c4) { store(run, o + k, tap, i4, select(low0, high0, k > 3u)); }
    if (i4 + 1u < params.group_c4) { store(run, o + k, tap, i4 + 1u, select(low1, high1, k > 3u)); }
  }
}
