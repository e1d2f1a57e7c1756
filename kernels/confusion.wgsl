// y[truth[n, p], label[n, p]] += 1 where truth[n, p] < K and is not the ignored one
// with CLEAR: y = 0
//
// One invocation per 16 pixels that follow one another: a run of equal pairs is one addition. Additions of
// integers give the same sum in any order. The last column counts labels that are no class.

const RUN = 16u;

override CLEAR: bool = false;
override IGNORE: bool = false;

struct Params {
  truth_first: u32,
  y_first: u32,   // of label
  count: u32,     // pixels, or cells of y with CLEAR
  classes: u32,   // K
  ignored: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> truth: array<u32>;            // [N, H, W]
@group(0) @binding(2) var<storage, read> label: array<u32>;            // [N, H, W]
@group(0) @binding(3) var<storage, read_write> y: array<atomic<u32>>;  // [K, K + 1]

@compute @workgroup_size(64, 1, 1)
fn confusion(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let first = (id.y * grid.x * 64u + id.x) * RUN;
  let end = min(first + RUN, params.count);
  var cell = 0u;
  var pixels = 0u;
  for (var i = first; i < end; i++) {
    if (CLEAR) {
      atomicStore(&y[i], 0u);
      continue;
    }
    let wanted = truth[params.truth_first + i];
    if (wanted >= params.classes || (IGNORE && wanted == params.ignored)) { continue; }
    let next = wanted * (params.classes + 1u) + min(label[params.y_first + i], params.classes);
    if (next != cell && pixels > 0u) {
      atomicAdd(&y[cell], pixels);
      pixels = 0u;
    }
    cell = next;
    pixels++;
  }
  if (pixels > 0u) { atomicAdd(&y[cell], pixels); }
}
