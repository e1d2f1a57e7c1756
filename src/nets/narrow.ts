/** Channels of a layer at a share of its full width, in so many groups of one size. */
export const narrow = (full: number, width: number, groups = 1): number =>
  groups * Math.max(1, Math.round((full * width) / groups));
