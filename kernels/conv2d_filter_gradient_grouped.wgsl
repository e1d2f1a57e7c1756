// dw[r, o, u, v, i] = sum over the pixels p of run r of dy[n, p, o] * x[n, p*s - pad + (u, v)*d, i], i within o's group
//
// One invocation per 4 input channels of one output channel under one tap of one run. Groups of any size,
// depthwise among them: channels are read one by one.
// uses: filter_gradient_run

@compute @workgroup_size(64, 1, 1)
fn conv2d_filter_gradient_grouped(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) grid: vec3u,
) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let i4 = index % params.group_c4;
  let o = params.out + index / params.group_c4 % params.outs;
  let tap = index / (params.group_c4 * params.outs) % (params.kernel_h * params.kernel_w);
  let run = params.first_run + index / (params.group_c4 * params.outs * params.kernel_h * params.kernel_w);
  // Channels beyond the group repeat its last one, into lanes that are not stored.
  let in_group = min(vec4u(4u * i4) + vec4u(0u, 1u, 2u, 3u), vec4u(params.in_group - 1u));
  let i = o / params.out_group * params.in_group + in_group;

  var sum = vec4f();
  let rows = run_of(run, tap);
  let columns = columns_of(rows);
  for (var r = rows.first; r < rows.end; r++) {
    let row = row_of(rows, r);
    if (!row.inside) { continue; }
    var xi = first_x(rows, row, columns);
    var yi = first_y(row, columns);
    for (var ox = columns.x; ox < columns.y; ox++) {
      let value = vec4f(
        f32(x[xi + i.x / 4u][i.x % 4u]),
        f32(x[xi + i.y / 4u][i.y % 4u]),
        f32(x[xi + i.z / 4u][i.z % 4u]),
        f32(x[xi + i.w / 4u][i.w % 4u]),
      );
      sum += f32(dy[yi + o / 4u][o % 4u]) * value;
      xi += params.stride_w * params.x_c4;
      yi += params.y_c4;
    }
  }
  store(run, o, tap, i4, sum);
}
