/** Bytes of planar data, or of a filter, that one staging buffer carries to the device or back. */
export const STAGING = 32 * 2 ** 20;
