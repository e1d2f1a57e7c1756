// dx[p, c] = scale * w * (softmax(x[p])[c] - 1 where c is label[p]) / divisor, w the weight of the pixel
//
// One invocation per pixel. Without a divisor it is the sum of all weights, or 1 where none counts.
// uses: loss_cell, random

@group(0) @binding(5) var<storage, read> totals: array<vec4<Elem>>;   // [1]: of softmax_loss
@group(0) @binding(6) var<storage, read_write> y: array<vec4<Elem>>;  // dx [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn softmax_loss_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let wanted = pixel_of(index);
  let counted = f32(totals[0].y);
  var divisor = params.divisor;
  if (divisor == 0.0) { divisor = select(1.0, counted, counted > 0.0); }
  let factor = params.scale * wanted.weight / divisor;
  let x_at = params.x_first + index * params.c4;
  let y_at = params.y_first + index * params.c4;
  let total = log_sum(x_at);
  for (var i = 0u; i < params.c4; i++) {
    let is_label = vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) == vec4u(wanted.class_index);
    let p = exp(vec4f(x[x_at + i]) - total.x - total.y) - select(vec4f(), vec4f(1.0), is_label);
    y[y_at + i] = vec4<Elem>(select(vec4f(), factor * p, is_channel(i)));
  }
}
