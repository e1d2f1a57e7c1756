// Where Winograd's tiles of `side` x `side` outputs lie, for input and output transforms. A part, not a kernel: it has no
// entry point.

// Row and column of the first output of a tile, before the pool.
fn corner(tile: u32, side: u32) -> vec2u {
  return vec2u(params.row, 0u) + side * vec2u(tile / params.tiles_x % params.tiles_y, tile % params.tiles_x);
}

// The image of a tile.
fn image_of(tile: u32) -> u32 { return params.image + tile / (params.tiles_x * params.tiles_y); }
