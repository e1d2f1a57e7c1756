// What the bilinear upsampling and its labels share: the contract but for y, and four pixels of a row. A part, not a kernel.

// Four pixels meet two rows and three columns of x at most, as where each meets four: no loop at all.
override TWO_BY_THREE: bool = false;

struct Params {
  x_base: u32,
  x_h: i32,
  x_w: i32,
  c: u32,
  c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  image: u32,
  row: u32,
  rows: u32,
  runs: u32,      // of 4 pixels in a row
  count: u32,     // invocations
  kernel_h: i32,
  kernel_w: i32,
  stride_h: i32,
  stride_w: i32,
  origin_y: i32,
  origin_x: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]

// Twice h[u] * ceil(k/2), and 0 beyond the window.
fn heights(u: vec4i, k: i32) -> vec4f {
  return vec4f(max(vec4i((k + 1) / 2 * 2) - abs(2 * u - (k - 1)), vec4i()));
}

// Where the invocation's four pixels begin: image, row, column.
fn pixels_at(index: u32) -> vec3u {
  let ox = 4u * (index % params.runs);
  let oy = params.row + index / params.runs % params.rows;
  return vec3u(params.image + index / (params.runs * params.rows), oy, ox);
}

// The heights of row or column i of x over the pixels p: 0 beyond the map.
fn heights_of(i: i32, p: vec4i, stride: i32, k: i32, size: i32) -> vec4f {
  return select(vec4f(), heights(p - i * stride, k), i >= 0 && i < size);
}

fn row_height(iy: i32, py: i32) -> f32 {
  return heights_of(iy, vec4i(py), params.stride_h, params.kernel_h, params.x_h).x;
}

// Four channels of a column of x, summed over two rows: `rows` are their places, h their heights.
fn two_rows(h: vec2f, rows: vec2i, ix: i32) -> vec4f {
  let column = clamp(ix, 0, params.x_w - 1) * i32(params.c4);
  return h.x * vec4f(x[rows.x + column]) + h.y * vec4f(x[rows.y + column]);
}

// Channels 4 c to 4 c + 3 of four pixels of a row, a column each. Each column of x is summed over its rows once and
// then serves all four. Weights are whole numbers until the last product.
fn upsampled(at: vec3u, c: u32) -> mat4x4f {
  let py = i32(at.y) + params.origin_y;
  let px = i32(at.z) + params.origin_x;
  let first = i32(at.x * u32(params.x_h * params.x_w) * params.c4 + c - params.x_base);
  let scale = 1.0 / (f32((params.kernel_h + 1) / 2 * 2) * f32((params.kernel_w + 1) / 2 * 2));

  var y0 = vec4f(); var y1 = vec4f(); var y2 = vec4f(); var y3 = vec4f();
  if (TWO_BY_THREE) {
    // Rows and columns that weigh nothing are read where others do, within the map.
    let iy = py / params.stride_h;
    let h = vec2f(row_height(iy, py), row_height(iy - 1, py));
    let near = clamp(vec2i(select(iy - 1, iy, h.x > 0.0), select(iy, iy - 1, h.y > 0.0)), vec2i(), vec2i(params.x_h - 1));
    let rows = first + near * params.x_w * i32(params.c4);

    let ix = (px + 3) / params.stride_w;
    let p = px + vec4i(0, 1, 2, 3);
    let h0 = heights_of(ix, p, params.stride_w, params.kernel_w, params.x_w);
    let h1 = heights_of(ix - 1, p, params.stride_w, params.kernel_w, params.x_w);
    let h2 = heights_of(ix - 2, p, params.stride_w, params.kernel_w, params.x_w);
    let i0 = select(ix - 1, ix, any(h0 > vec4f()));
    let i1 = select(i0, ix - 1, any(h1 > vec4f()));
    let i2 = select(i1, ix - 2, any(h2 > vec4f()));
    let columns = mat3x4f(two_rows(h, rows, i0), two_rows(h, rows, i1), two_rows(h, rows, i2));
    let t = transpose(mat3x4f(h0, h1, h2));
    y0 = columns * t[0]; y1 = columns * t[1]; y2 = columns * t[2]; y3 = columns * t[3];
  } else {
    let last_y = min(py / params.stride_h, params.x_h - 1);
    for (var ix = min((px + 3) / params.stride_w, params.x_w - 1);
         ix >= 0 && px - ix * params.stride_w < params.kernel_w; ix--) {
      var column = vec4f();
      for (var iy = last_y; iy >= 0 && py - iy * params.stride_h < params.kernel_h; iy--) {
        let u = vec4i(py - iy * params.stride_h);
        column += heights(u, params.kernel_h) * vec4f(x[first + (iy * params.x_w + ix) * i32(params.c4)]);
      }
      let h = heights(px - ix * params.stride_w + vec4i(0, 1, 2, 3), params.kernel_w);
      y0 += h.x * column; y1 += h.y * column; y2 += h.z * column; y3 += h.w * column;
    }
  }
  return mat4x4f(scale * y0, scale * y1, scale * y2, scale * y3);
}
