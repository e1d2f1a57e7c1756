import type { Engine } from '../engine/engine.js';
import { argmax, confusion, downloadConfusion } from '../engine/operators.js';
import { downloadLabels, uploadPixels } from '../engine/pixels.js';
import type { Tensor } from '../engine/tensor.js';
import {
  boundaryIU,
  countBoundaries,
  emptyBoundaryCounts,
  type MapSize,
  TRIMAP_WIDTHS,
  trimapConfusions,
} from '../metrics/borders.js';
import { addConfusion, type Confusion, emptyConfusion } from '../metrics/confusion.js';
import { type Scores, scores } from '../metrics/scores.js';
import type { Scored } from './scored.js';

/** The labels of a picture, in rows. */
export interface LabelRows extends MapSize {
  readonly values: ArrayLike<number>;
}

/** `counts`: a confusion; `borders`: also boundary IU and bands around borders; `all`: also each picture. */
export type Detail = 'counts' | 'borders' | 'all';

/** The scores of one set of classes. */
export interface HeadReport extends Scores {
  /** Of the data set's heads; '' where there is one. */
  readonly suffix: string;
  readonly boundaryIU: number | null;
  /** A row for each label of the truth, a column for each predicted one; both of all that the net scores. */
  readonly confusion: readonly (readonly number[])[];
  /** Of the pixels at most so many from a border of the truth, where it has pixels, with the detail `borders`. */
  readonly trimap?: readonly TrimapScore[];
  /** Each picture by itself, with the detail `all`. */
  readonly pictures?: readonly { readonly id: string; readonly meanIU: number | null }[];
}

export interface TrimapScore {
  readonly width: number;
  readonly pixelAcc: number | null;
  readonly meanIU: number | null;
}

/** Pixels of one head over many pictures, counted beside their true labels. */
export class HeadCounts {
  readonly scored: Scored;
  readonly #detail: Detail;
  readonly #counts;
  readonly #borders;
  #bands: Confusion[] | null = null;
  readonly #pictures: { id: string; meanIU: number | null }[] = [];

  constructor(scored: Scored, detail: Detail) {
    const { channels } = scored;
    this.scored = scored;
    this.#detail = detail;
    this.#counts = emptyConfusion(channels);
    this.#borders = emptyBoundaryCounts(channels);
  }

  /** Counts a picture by its scores. @returns its labels, where they come to the host */
  async add(engine: Engine, id: string, y: Tensor, truth: LabelRows, download: boolean) {
    const { channels: classes, head } = this.scored;
    const options = { classes, ignore: head.ignore };
    const { h, w, values } = truth;
    const found = argmax(engine, y);
    const labels = uploadPixels(engine, Uint32Array.from(values), { h, w }, 'labels');
    const cells = confusion(engine, labels, found, options);
    try {
      const counts = await downloadConfusion(engine, cells);
      addConfusion(this.#counts, counts);
      const own = download || this.#detail !== 'counts' ? await downloadLabels(engine, found) : null;
      // One label of a whole picture has no border.
      const edged = values.length > 1;
      if (edged && this.#detail !== 'counts') {
        countBoundaries(this.#borders, values, own!, truth, options);
        const bands = trimapConfusions(values, own!, truth, options);
        for (const [i, band] of this.#bands?.entries() ?? []) addConfusion(band, bands[i]!);
        this.#bands ??= bands;
      }
      if (this.#detail === 'all')
        this.#pictures.push({ id, meanIU: scores(counts, { classes: head.names.length }).meanIU });
      return own;
    } finally {
      for (const { buffer } of [found, labels, cells]) buffer.destroy();
    }
  }

  /** @param presentOnly see `ScoreOptions` */
  report(presentOnly: boolean): HeadReport {
    const { head, channels } = this.scored;
    const { counts } = this.#counts;
    const { names } = head;
    const rule = { names, classes: names.length, presentOnly };
    const edges = boundaryIU({
      intersection: this.#borders.intersection.subarray(0, names.length),
      union: this.#borders.union.subarray(0, names.length),
    });
    return {
      suffix: head.suffix,
      ...scores(this.#counts, rule),
      boundaryIU: edges.mean,
      confusion: Array.from({ length: channels }, (_, truth) => [
        ...counts.subarray(truth * channels, (truth + 1) * channels),
      ]),
      ...(this.#bands && {
        trimap: this.#bands.map((band, i) => {
          const { pixelAcc, meanIU } = scores(band, rule);
          return { width: TRIMAP_WIDTHS[i]!, pixelAcc, meanIU };
        }),
      }),
      ...(this.#detail === 'all' && { pictures: this.#pictures }),
    };
  }
}
