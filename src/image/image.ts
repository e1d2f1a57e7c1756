/** A decoded picture: RGBA bytes in rows from the top, not premultiplied. */
export interface RgbaImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 4 * width * height bytes. */
  readonly rgba: Uint8Array;
}
