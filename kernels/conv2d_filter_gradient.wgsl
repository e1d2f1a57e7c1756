// dw[r, o, u, v, i] = sum over the pixels p of run r of dy[n, p, o] * x[n, p*s - pad + (u, v)*d, i]
//
// A run is some rows of dy; the runs are summed afterwards. One invocation per 8 output by 8
// input channels under one tap of one run: 4 loads for 64 products. Neighbours take the next input channels
// of the same pixels. Groups whose channel counts are multiples of 4.
// uses: filter_gradient_run

@compute @workgroup_size(64, 1, 1)
fn conv2d_filter_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let tiles_i = (params.in_group + 7u) / 8u;
  let group_tiles = (min(params.outs, params.out_group) + 7u) / 8u;
  let tiles_o = (params.outs + params.out_group - 1u) / params.out_group * group_tiles;
  let i4 = 2u * (index % tiles_i);
  let tile = index / tiles_i % tiles_o;
  let o = params.out + tile / group_tiles * params.out_group + 8u * (tile % group_tiles);
  let tap = index / (tiles_i * tiles_o) % (params.kernel_h * params.kernel_w);
  let run = params.first_run + index / (tiles_i * tiles_o * params.kernel_h * params.kernel_w);

  let group = o / params.out_group;
  let depth = params.group_c4;
  let x_at = group * depth + i4;
  let y_at = o / 4u;
  // The last tile may have one vec4: its second is the first again, and is not stored.
  let next_x = select(0u, 1u, i4 + 1u < depth);
  let next_y = select(0u, 1u, y_at + 1u < params.y_c4);

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
  let columns = columns_of(rows);
  for (var r = rows.first; r < rows.end; r++) {
    let row = row_of(rows, r);
    if (!row.inside) { continue; }
    var xi = first_x(rows, row, columns) + x_at;
    var yi = first_y(row, columns) + y_at;
    for (var ox = columns.x; ox < columns.y; ox++) {
      let x0 = vec4f(x[xi]);
      let x1 = vec4f(x[xi + next_x]);
      let y0 = vec4f(dy[yi]);
      let y1 = vec4f(dy[yi + next_y]);
      w00 += y0.x * x0; w01 += y0.x * x1;
      w10 += y0.y * x0; w11 += y0.y * x1;
      w20 += y0.z * x0; w21 += y0.z * x1;
      w30 += y0.w * x0; w31 += y0.w * x1;
      w40 += y1.x * x0; w41 += y1.x * x1;
      w50 += y1.y * x0; w51 += y1.y * x1;
      w60 += y1.z * x0; w61 += y1.z * x1;
      w70 += y1.w * x0; w71 += y1.w * x1;
      xi += params.stride_w * params.x_c4;
      yi += params.y_c4;
    }
  }

  let end = min(params.out + params.outs, (group + 1u) * params.out_group);
  for (var k = 0u; k < min(8u, end - o); k++) {
    let pair = k % 4u;
    let low = select(select(w00, w10, pair == 1u), select(w20, w30, pair == 3u), pair > 1u);
    let high = select(select(w40, w50, pair == 1u), select(w60, w70, pair == 3u), pair > 1u);
    store(run, o + k, tap, i4, select(low, high, k > 3u));
    if (next_x > 0u) {
      let low1 = select(select(w01, w11, pair == 1u), select(w21, w31, pair == 3u), pair > 1u);
      let high1 = select(select(w41, w51, pair == 1u), select(w61, w71, pair == 3u), pair > 1u);
      store(run, o + k, tap, i4 + 1u, select(low1, high1, k > 3u));
    }
  }
}
