// The scores that the paper prints (CVPR 2015), in percent.

/** A row of a table of the paper. */
export interface PaperRow {
  readonly net: string;
  readonly pixelAcc: number;
  readonly meanAcc: number;
  readonly meanIU: number;
  readonly fwIU: number;
  /** Pixel accuracy of SIFT Flow's geometric classes. */
  readonly geometric?: number;
}

/** A table of the paper, and what its rows were scored on. */
export interface PaperTable {
  readonly title: string;
  readonly rows: readonly PaperRow[];
}

const row = (
  net: string,
  pixelAcc: number,
  meanAcc: number,
  meanIU: number,
  fwIU: number,
  geometric?: number,
): PaperRow => ({ net, pixelAcc, meanAcc, meanIU, fwIU, ...(geometric && { geometric }) });

/** By the layout of the data set, where the paper scores one. */
export const PAPER_TABLES: Readonly<Record<string, PaperTable>> = {
  voc: {
    title: 'Table 2, PASCAL VOC 2011: the 736 images of the validation set that SBD does not train on',
    rows: [
      row('FCN-32s-fixed', 83.0, 59.7, 45.4, 72.0),
      row('FCN-32s', 89.1, 73.3, 59.4, 81.4),
      row('FCN-16s', 90.0, 75.7, 62.4, 83.0),
      row('FCN-8s', 90.3, 75.9, 62.7, 83.2),
    ],
  },
  nyud: {
    title: 'Table 4, NYUDv2: the 654 images of the test set',
    rows: [
      row('FCN-32s RGB', 60.0, 42.2, 29.2, 43.9),
      row('FCN-32s RGBD', 61.5, 42.4, 30.5, 45.5),
      row('FCN-32s HHA', 57.1, 35.2, 24.2, 40.4),
      row('FCN-32s RGB-HHA', 64.3, 44.9, 32.8, 48.0),
      row('FCN-16s RGB-HHA', 65.4, 46.1, 34.0, 49.5),
    ],
  },
  siftflow: {
    title: 'Table 5, SIFT Flow: the 200 images of the test set',
    rows: [row('FCN-16s', 85.2, 51.7, 39.5, 76.1, 94.3)],
  },
};
