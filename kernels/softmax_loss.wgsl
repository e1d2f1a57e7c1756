// y[p] = (-w log softmax(x[p])[label[p]], w, 1 where the label is no class, 1 where the loss is no number), w the
// weight of the pixel
//
// One invocation per pixel.
// uses: loss_cell, random

@group(0) @binding(5) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, 1]

@compute @workgroup_size(64, 1, 1)
fn softmax_loss(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let wanted = pixel_of(index);
  var result = vec4f(0.0, wanted.weight, select(0.0, 1.0, wanted.class_index == params.c), 0.0);
  if (wanted.weight > 0.0) {
    let x_at = params.x_first + index * params.c4;
    let total = log_sum(x_at);
    let score = f32(x[x_at + wanted.class_index / 4u][wanted.class_index % 4u]);
    let loss = total.x - score + total.y;
    // Bits, as comparisons with NaN may be optimised away.
    let finite = (bitcast<u32>(loss) & 0x7f800000u) != 0x7f800000u;
    result.x = select(0.0, wanted.weight * loss, finite);
    result.w = select(1.0, 0.0, finite);
  }
  y[params.y_first + index] = vec4<Elem>(result);
}
