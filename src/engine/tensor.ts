import packKernel from '../../kernels/pack.wgsl';
import unpackKernel from '../../kernels/unpack.wgsl';
import type { Elem, ElemType, View } from '../dispatch.js';
import { ShapeError, ValidationError } from '../errors.js';
import type { Limits } from '../limits.js';
import { type Band, checkBuffer, type Operand, rowsView, splitRows, whole } from '../lower/lowering.js';
import { blocks, checkShape, type Shape, showShape, tensorBytes } from '../shape.js';
import type { Engine } from './engine.js';
import type { Filter } from './filter.js';
import { Recording, recorded } from './recording.js';
import { STAGING } from './staging.js';

/** A feature map on the GPU: [n, h, w, ceil(c/4)] of vec4 from the first byte of its buffer. */
export interface Tensor<E extends ElemType = Elem> extends Operand<GPUBuffer> {
  readonly elem: E;
}

/** A map of whole numbers: labels, or the winners of a pool. */
export type IndexMap = Tensor<'u32'>;

/** Frees the buffers behind tensors and filters. */
export function free(...values: readonly (Tensor<ElemType> | Filter)[]): void {
  for (const value of values) {
    if ('buffer' in value) value.buffer.destroy();
    else for (const part of value.parts) part.view.buffer.destroy();
  }
}

/** A tensor with undefined content. */
export function empty<E extends ElemType = 'f32'>(
  engine: Engine,
  shape: Shape,
  elem: E = 'f32' as E,
  label = 'tensor',
): Tensor<E> {
  checkShape(label, shape);
  checkBuffer(label, shape, elem, engine.limits);
  return { buffer: engine.buffer(tensorBytes(shape, elem), label), shape, elem };
}

/** Checks that a host's buffer holds a tensor of this shape. */
export function wrap(buffer: GPUBuffer, shape: Shape, elem: Elem = 'f32'): Tensor {
  checkShape('tensor', shape);
  const bytes = tensorBytes(shape, elem);
  if (buffer.size < bytes)
    throw new ShapeError(
      `tensor: a buffer of ${buffer.size} bytes for ${showShape(shape)}, should be at least ${bytes}`,
    );
  if ((buffer.usage & GPUBufferUsage.STORAGE) === 0)
    throw new ValidationError('tensor: the buffer lacks STORAGE usage');
  return { buffer, shape, elem };
}

/** Rows of planar data that one staging buffer carries. */
const stagingRows = ({ c, w }: Shape, limits: Limits): number =>
  Math.max(1, Math.floor(Math.min(STAGING, limits.bindingBytes) / (c * w * 4)));

/** @internal Bytes of the staging buffer of a map that is uploaded, and of each of the two of one that is downloaded. */
export const stagingBytes = (shape: Shape, limits: Limits): number =>
  4 * shape.c * shape.w * Math.min(shape.h, stagingRows(shape, limits));

const planarBands = (engine: Engine, t: Tensor<ElemType>): Band[] =>
  splitRows(new Recording(engine).lowering('tensor', 'f32'), t, [], {
    maxRows: stagingRows(t.shape, engine.limits),
  }).flatMap((band) =>
    Array.from({ length: band.images }, (_, i) => ({ ...band, image: band.image + i, images: 1 })),
  );

/**
 * Uploads planar [n, c, h, w] data. It returns at once, as operators do: what the device refuses goes to an error scope
 * around the call, or else to the device's `uncapturederror`; `Engine.scoped` makes a rejection of it.
 */
export function upload(
  engine: Engine,
  data: Float32Array,
  shape: Shape,
  elem: Elem = 'f32',
  label = 'tensor',
): Tensor {
  const t = empty(engine, shape, elem, label);
  const { c, h, w } = shape;
  if (data.length !== shape.n * c * h * w)
    throw new ShapeError(
      `${label}: ${data.length} values for ${showShape(shape)}, should be ${shape.n * c * h * w}`,
    );
  for (const band of planarBands(engine, t)) {
    recorded(engine, (r) => {
      const area = band.rows * w;
      const x = r.temporary(area * c * 4, 'upload');
      // Whole planes follow one another; rows of each are written by themselves.
      const runs = band.rows === h ? 1 : c;
      const run = (area * c) / runs;
      for (let k = 0; k < runs; k++) {
        const at = ((band.image * c + k) * h + band.row) * w;
        r.engine.device.queue.writeBuffer(x, k * run * 4, data as Float32Array<ArrayBuffer>, at, run);
      }
      const yv = rowsView(r.lowering(label, elem), t, band);
      const count = area * blocks(c);
      r.add([
        {
          kernel: packKernel,
          elem,
          constants: {},
          params: {
            count,
            c,
            c4: blocks(c),
            area,
            y_base: yv.base,
            first: (band.image * h + band.row) * w,
            x_first: 0,
          },
          bindings: { x: whole(x, area * c * 4), y: yv.view },
          invocations: count,
          flops: 0,
          bytes: area * c * 4 + yv.bytes,
        },
      ]);
    });
  }
  return t;
}

/** Downloads a tensor as planar [n, c, h, w] data: u32 as whole numbers, f32 and f16 as f32. */
export async function download<E extends ElemType>(
  engine: Engine,
  t: Tensor<E>,
): Promise<E extends 'u32' ? Uint32Array : Float32Array>;
export async function download(engine: Engine, t: Tensor<ElemType>): Promise<Uint32Array | Float32Array> {
  const { n, c, h, w } = t.shape;
  const Values = t.elem === 'u32' ? Uint32Array : Float32Array;
  const data = new Values(n * c * h * w);
  for (const band of planarBands(engine, t)) {
    const area = band.rows * w;
    const bytes = area * c * 4;
    const made: GPUBuffer[] = [];
    try {
      const y = await engine.scoped('download', bytes, () =>
        recorded(engine, (r) => {
          const buffer = engine.buffer(bytes, 'download');
          made.push(buffer);
          const xv = rowsView(r.lowering('download', 'f32'), t, band);
          const params = {
            count: area * c,
            c,
            c4: blocks(c),
            area,
            x_base: xv.base,
            first: (band.image * h + band.row) * w,
          };
          const bindings = { x: xv.view, y: whole(buffer, bytes) };
          const cost = { invocations: area * c, flops: 0, bytes: xv.bytes + bytes };
          const constants = { INTEGER: Number(t.elem === 'u32') };
          r.add([{ kernel: unpackKernel, elem: t.elem, constants, params, bindings, ...cost }]);
          return buffer;
        }),
      );
      const values = new Values(await engine.readBuffer(y));
      for (let k = 0; k < c; k++) {
        data.set(values.subarray(k * area, (k + 1) * area), ((band.image * c + k) * h + band.row) * w);
      }
    } finally {
      for (const buffer of made) buffer.destroy();
    }
  }
  return data;
}

/** Uploads a bias as [C/4] of vec4<f32>, zeros beyond C. */
export function uploadVector(
  engine: Engine,
  data: Float32Array | null,
  channels: number,
  label = 'bias',
): View<GPUBuffer> {
  if (data && data.length !== channels)
    throw new ShapeError(`${label}: ${data.length} values, should be ${channels}`);
  const bytes = blocks(channels) * 16;
  const buffer = engine.buffer(bytes, label);
  if (data) engine.device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
  return whole(buffer, bytes);
}
