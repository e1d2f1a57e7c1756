// What both kernels of a reduction do with two values. A part, not a kernel: it has no entry point.

override OP: u32 = 0u;     // sum, max, min, product

fn combine(p: vec4f, q: vec4f) -> vec4f {
  switch OP {
    case 1u: { return larger(p, q); }
    case 2u: { return smaller(p, q); }
    case 3u: { return p * q; }
    default: { return p + q; }
  }
}
