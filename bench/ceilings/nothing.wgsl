// y[0] = 1, by one workgroup: what a dispatch costs beside its work.

@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64, 1, 1)
fn nothing(@builtin(global_invocation_id) id: vec3u) {
  if (id.x == 0u) {
    y[0] = 1.0;
  }
}
