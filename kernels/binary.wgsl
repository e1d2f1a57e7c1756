// y = a op b, value by value; an axis of size 1 of a or b is repeated
//
// One invocation per vec4 of y. Lanes beyond C are written as 0: a op b of what they hold may be no number.
// uses: order, unravel

override OP: u32 = 0u;

struct Params {
  y_base: u32,
  h: u32,
  w: u32,
  c: u32,
  c4: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,     // vec4 to write
  a_base: u32,
  a_n: u32,       // vec4 from one index to the next, 0 where an axis is repeated
  a_h: u32,
  a_w: u32,
  a_c: u32,
  b_base: u32,
  b_n: u32,
  b_h: u32,
  b_w: u32,
  b_c: u32,
  no_number: u32, // bits of NaN, which WGSL has no word for
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4<Elem>>;        // [N, H, W, C/4], sizes of 1 among them
@group(0) @binding(2) var<storage, read> b: array<vec4<Elem>>;        // [N, H, W, C/4], sizes of 1 among them
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

// Python's rule: the result has b's sign. A quotient that rounds to the next whole number is put right.
fn modulo(p: vec4f, q: vec4f) -> vec4f {
  var r = p - q * floor(p / q);
  r = select(r, r - q, abs(r) >= abs(q));
  return select(r, r + q, r * q < vec4f());
}

// C's rule: the result has a's sign.
fn remainder(p: vec4f, q: vec4f) -> vec4f {
  return sign(p) * modulo(abs(p), abs(q));
}

// pow of WGSL is for bases above 0 alone.
fn power(p: vec4f, q: vec4f) -> vec4f {
  let odd = fract(0.5 * q) != vec4f();
  let size = pow(abs(p), q);
  let signed = select(size, -size, (p < vec4f()) & odd);
  let whole = floor(q) == q;
  var r = select(signed, vec4f(bitcast<f32>(params.no_number)), (p < vec4f()) & !whole);
  r = select(r, vec4f(), (p == vec4f()) & (q > vec4f()));
  r = select(r, vec4f(1.0), q == vec4f());
  r = select(r, p, q == vec4f(1.0));
  r = select(r, p * p, q == vec4f(2.0));
  return select(r, p * p * p, q == vec4f(3.0));
}

fn truth(v: vec4<bool>) -> vec4f { return select(vec4f(), vec4f(1.0), v); }

fn combine(p: vec4f, q: vec4f) -> vec4f {
  let zero = vec4f();
  switch OP {
    case 1u: { return p - q; }
    case 2u: { return p * q; }
    case 3u: { return p / q; }
    case 4u: { return larger(p, q); }
    case 5u: { return smaller(p, q); }
    case 6u: { return power(p, q); }
    case 7u: { return modulo(p, q); }
    case 8u: { return remainder(p, q); }
    case 9u: { return truth(p == q); }
    case 10u: { return truth(p < q); }
    case 11u: { return truth(p > q); }
    case 12u: { return truth(p <= q); }
    case 13u: { return truth(p >= q); }
    case 14u: { return truth((p != zero) & (q != zero)); }
    case 15u: { return truth((p != zero) | (q != zero)); }
    case 16u: { return truth((p != zero) != (q != zero)); }
    case 17u: { return select(p * q, p, p >= zero); }
    default: { return p + q; }
  }
}

@compute @workgroup_size(64, 1, 1)
fn binary(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let at = unravel(index, params.rows, params.w, params.c4);
  let n = params.image + at.x;
  let oy = params.row + at.y;
  let ox = at.z;
  let c = at.w;

  var p = vec4f(a[n * params.a_n + oy * params.a_h + ox * params.a_w + c * params.a_c - params.a_base]);
  var q = vec4f(b[n * params.b_n + oy * params.b_h + ox * params.b_w + c * params.b_c - params.b_base]);
  if (params.a_c == 0u) { p = vec4f(p.x); }
  if (params.b_c == 0u) { q = vec4f(q.x); }

  let is_channel = vec4u(4u * c) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
  let out = ((n * params.h + oy) * params.w + ox) * params.c4 + c - params.y_base;
  y[out] = vec4<Elem>(select(vec4f(), combine(p, q), is_channel));
}
