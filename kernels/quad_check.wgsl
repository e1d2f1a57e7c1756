// y[i] = what invocation i sees of its quad: its lane, and the index of its neighbour by each of the swaps.
//
// The start-up check behind every kernel that needs subgroups: they take it that the four invocations
// 4q .. 4q+3 are the lanes of one quad, which WGSL does not promise.
// needs: subgroups
enable subgroups;

@group(0) @binding(1) var<storage, read_write> y: array<vec4u>;

@compute @workgroup_size(64, 1, 1)
fn quad_check(@builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  y[id.x] = vec4u(lane & 3u, quadSwapX(id.x), quadSwapY(id.x), quadSwapDiagonal(id.x));
}
