// Where a vec4 of a band of maps lies: image, row and column, each from the band's first, and vec4 of channels. A part, not
// a kernel: it has no entry point.

fn unravel(index: u32, rows: u32, width: u32, c4: u32) -> vec4u {
  let pixel = index / c4;
  let line = pixel / width;
  let image = line / rows;
  return vec4u(image, line - image * rows, pixel - line * width, index - pixel * c4);
}
