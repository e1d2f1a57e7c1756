export { type AxisMap, type CoordMap, type Rational, toNumber } from './coords.js';
export type { Dispatch, Elem, ElemType, View } from './dispatch.js';
export * from './engine/engine.js';
export { type Filter, uploadFilter } from './engine/filter.js';
export * from './engine/image.js';
export * from './engine/operators.js';
export * from './engine/pixels.js';
export * from './engine/recording.js';
export * from './engine/tensor.js';
export * from './errors.js';
export { type AdapterInfo, adapterName, type LimitsWanted } from './gpu/device.js';
export { type ConvOptions, type ConvTransposeOptions, Graph } from './graph/builder.js';
export { coarseScores } from './graph/dense/coarse.js';
export { onImage } from './graph/dense/mask.js';
export { type RarefyOptions, rarefy } from './graph/dense/rarefy.js';
export type { Pass, ShiftForm, Stage } from './graph/dense/schedule.js';
export { ShiftAndStitch, type StitchedPlan, shiftAndStitch } from './graph/dense/shift_and_stitch.js';
export { StitchedNet, type StitchedResult, type StitchedRunOptions } from './graph/dense/stitched_net.js';
export { drawNet } from './graph/inspect/figure.js';
export {
  type CropRow,
  cropRows,
  filterLayers,
  type LayerRow,
  layerRows,
  maxStride,
  type Place,
} from './graph/inspect/layers.js';
export * from './graph/net.js';
export * from './graph/net_options.js';
export type { KindName, Node } from './graph/node.js';
export { type Parameter, parameterCount, parameters } from './graph/parameters.js';
export {
  type InputShapes,
  type Plan,
  type PlanOptions,
  plan,
  requiredLimits,
  type Step,
} from './graph/plan.js';
export type { PlanBytes } from './graph/plan_bytes.js';
export type { Recompute } from './graph/recompute.js';
export { convolutionalise, labelGraph, scoreMap } from './graph/rewrite.js';
export { type GraphJson, graphFromJson, graphToJson, type NodeJson } from './graph/serialise.js';
export type { LayerTime, RunProgress } from './graph/submit.js';
export type { Area } from './graph/tiles/area.js';
export type { TileBytes } from './graph/tiles/budget.js';
export { planTiles, type Tile, type TileOptions, type TilePlan } from './graph/tiles/plan_tiles.js';
export { runTiles } from './graph/tiles/run_tiles.js';
export { rgbaReader, type TileSource, type WindowReader } from './graph/tiles/source.js';
export type { RunTilesOptions, TiledResult, TilePart, TileProgress } from './graph/tiles/tile_options.js';
export type { TuneOptions, TuneProgress } from './graph/tune/tune.js';
export * from './image/palette.js';
export { parsePreprocess } from './image/preprocess.js';
export * from './limits.js';
export type { Algorithm } from './lower/algorithms.js';
export { bilinearFilter, isBilinear } from './lower/bilinear.js';
export type { Choosing } from './lower/choosing.js';
export type { Crop } from './lower/crop.js';
export type { FilterLayout, FilterShape } from './lower/filter.js';
export type { PadOptions, SliceOptions, TakeOptions } from './lower/gather_tables.js';
export type { AvgPoolOptions, PoolOptions } from './lower/pool.js';
export { type AdapterKey, checkTuning, type TunedClass, type Tuning } from './lower/tuning.js';
export * from './metrics/borders.js';
export * from './metrics/confusion.js';
export * from './metrics/report.js';
export * from './metrics/resolution.js';
export * from './metrics/scores.js';
export { type AlexnetOptions, alexnet, alexnetClassifier, fcnAlexnet } from './nets/alexnet.js';
export * from './nets/fcn_vgg16.js';
export { fcnGooglenet, type GooglenetOptions, googlenet, googlenetClassifier } from './nets/googlenet.js';
export * from './nets/heads.js';
export { NETS, type NetOptions } from './nets/index.js';
export * from './nets/nyud.js';
export { type FcnResnetOptions, fcnResnet } from './nets/resnet.js';
export { type SiftflowOptions, siftflow } from './nets/siftflow.js';
export { type Table1Column, type Table1Computed, type Table1Paper, table1 } from './nets/table1.js';
export { type Vgg16Options, vgg16, vgg16Classifier } from './nets/vgg16.js';
export type { Activation } from './ops/activation.js';
export { batchNormScale, type ChannelScale, foldScale } from './ops/batch_norm.js';
export type { BinaryOp } from './ops/binary.js';
export type { ConcatOptions } from './ops/concat.js';
export { type ConvTranspose2dOptions, convTranspose2dLayout } from './ops/conv_transpose2d.js';
export type { BilinearOptions } from './ops/conv_transpose2d_bilinear.js';
export { type Conv2dOptions, conv2dLayout } from './ops/conv2d.js';
export type { GridSampleOptions } from './ops/grid_sample.js';
export { CAFFE_PREPROCESS, FCN_PREPROCESS, type Preprocess } from './ops/image.js';
export type { LrnOptions } from './ops/lrn.js';
export type { OverlayOptions } from './ops/overlay.js';
export { preluSlope } from './ops/prelu.js';
export type { ReduceOptions } from './ops/reduce.js';
export type { ResizeOptions } from './ops/resize.js';
export type { SoftmaxOptions } from './ops/softmax.js';
export type { LossNormalization } from './ops/softmax_loss.js';
export type { Phases } from './ops/stitch.js';
export type { SumOptions } from './ops/sum.js';
export type { Intrinsics } from './scenes/camera.js';
export { GEOMETRY, SCENE_CLASSES, scenePalette } from './scenes/classes.js';
export { type Scene, scene } from './scenes/scene.js';
export { sceneSheet } from './scenes/sheet.js';
export type { Padding, Pair, Shape } from './shape.js';
export { defaultRate, learningRate, type Rate, type Solver } from './train/solver.js';
export {
  type Rescored,
  SCORE_STARTS,
  type ScoreStart,
  type Start,
  startWeights,
} from './train/start.js';
export { createTrainer, Trainer } from './train/trainer.js';
export type { Batch, StepResult, TrainerOptions, TrainerState } from './train/trainer_options.js';
export type { Head } from './train/training_graph.js';
export { readCaffemodel } from './weights/caffe/caffemodel.js';
export { type CaffeImport, type CaffeImportOptions, importCaffe } from './weights/caffe/import.js';
export { type CaffeNet, type CaffeState, readNet } from './weights/caffe/net.js';
export { type CaffePolicy, type CaffeSolver, readSolver } from './weights/caffe/solver.js';
export type { CaffeFiller, CaffeHead, CaffeTraining } from './weights/caffe/training.js';
export { readModelFile } from './weights/formats.js';
export { type Model, readModel, writeModel } from './weights/model.js';
export { exportOnnx, exportOnnxParts, type OnnxExportOptions } from './weights/onnx/export.js';
export { type ImportedOnnx, importOnnx, type OnnxOptions, type OnnxOutput } from './weights/onnx/import.js';
export { readOnnxTensor } from './weights/onnx/model.js';
export { runOnnx } from './weights/onnx/run.js';
export type { OnnxTensor, OnnxType } from './weights/onnx/tensor.js';
export { readSafetensors, type SafeTensor, type Safetensors } from './weights/safetensors.js';
export { weightsOf } from './weights/safetensors_values.js';
export { type SafetensorsOptions, writeSafetensors } from './weights/safetensors_write.js';
export { seededWeights } from './weights/seeded.js';
export { fetchBytes, readStream, type StreamOptions, type StreamProgress } from './weights/stream.js';
export {
  expandScore,
  fillLayers,
  type Surgery,
  type SurgeryReport,
  transplant,
  zeroWeights,
} from './weights/surgery.js';
export { channelMean, earlyFusion, interpolate, type LayerPair } from './weights/surgery_filters.js';
export type { Weights, WeightTensor } from './weights/weights.js';
