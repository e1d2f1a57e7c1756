// y[i] = the sum of eight chains of fused multiply-adds that stay in registers: the most that an adapter computes.
//
// The chains do not wait for one another, and each is four lanes wide. A round of the loop is 16 links of all of
// them in a straight line, as compilers inline it, so that the loop itself weighs nothing.

struct Params {
  rounds: u32,
  factor: f32,
  addend: f32,
}

struct Chains {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
  e: vec4f,
  f: vec4f,
  g: vec4f,
  h: vec4f,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

fn link(s: Chains, m: vec4f, k: vec4f) -> Chains {
  return Chains(
    fma(s.a, m, k), fma(s.b, m, k), fma(s.c, m, k), fma(s.d, m, k),
    fma(s.e, m, k), fma(s.f, m, k), fma(s.g, m, k), fma(s.h, m, k),
  );
}

fn four(s: Chains, m: vec4f, k: vec4f) -> Chains {
  return link(link(link(link(s, m, k), m, k), m, k), m, k);
}

@compute @workgroup_size(64, 1, 1)
fn register_fma(@builtin(global_invocation_id) id: vec3u) {
  let m = vec4f(params.factor);
  let k = vec4f(params.addend);
  let x = vec4f(f32(id.x));
  var s = Chains(x, x + k, x - k, x + 2.0 * k, x - 2.0 * k, x + 3.0 * k, x - 3.0 * k, x + 4.0 * k);
  for (var i = 0u; i < params.rounds; i++) {
    s = four(four(four(four(s, m, k), m, k), m, k), m, k);
  }
  y[id.x] = ((s.a + s.b) + (s.c + s.d)) + ((s.e + s.f) + (s.g + s.h));
}
