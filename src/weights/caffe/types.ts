/** Layer types by the enum of V1 files; the first is NONE. */
const V1: readonly (readonly [word: string, type: string])[] = [
  ['NONE', 'None'],
  ['ACCURACY', 'Accuracy'],
  ['BNLL', 'BNLL'],
  ['CONCAT', 'Concat'],
  ['CONVOLUTION', 'Convolution'],
  ['DATA', 'Data'],
  ['DROPOUT', 'Dropout'],
  ['EUCLIDEAN_LOSS', 'EuclideanLoss'],
  ['FLATTEN', 'Flatten'],
  ['HDF5_DATA', 'HDF5Data'],
  ['HDF5_OUTPUT', 'HDF5Output'],
  ['IM2COL', 'Im2col'],
  ['IMAGE_DATA', 'ImageData'],
  ['INFOGAIN_LOSS', 'InfogainLoss'],
  ['INNER_PRODUCT', 'InnerProduct'],
  ['LRN', 'LRN'],
  ['MULTINOMIAL_LOGISTIC_LOSS', 'MultinomialLogisticLoss'],
  ['POOLING', 'Pooling'],
  ['RELU', 'ReLU'],
  ['SIGMOID', 'Sigmoid'],
  ['SOFTMAX', 'Softmax'],
  ['SOFTMAX_LOSS', 'SoftmaxWithLoss'],
  ['SPLIT', 'Split'],
  ['TANH', 'TanH'],
  ['WINDOW_DATA', 'WindowData'],
  ['ELTWISE', 'Eltwise'],
  ['POWER', 'Power'],
  ['SIGMOID_CROSS_ENTROPY_LOSS', 'SigmoidCrossEntropyLoss'],
  ['HINGE_LOSS', 'HingeLoss'],
  ['MEMORY_DATA', 'MemoryData'],
  ['ARGMAX', 'ArgMax'],
  ['THRESHOLD', 'Threshold'],
  ['DUMMY_DATA', 'DummyData'],
  ['SLICE', 'Slice'],
  ['MVN', 'MVN'],
  ['ABSVAL', 'AbsVal'],
  ['SILENCE', 'Silence'],
  ['CONTRASTIVE_LOSS', 'ContrastiveLoss'],
  ['EXP', 'Exp'],
  ['DECONVOLUTION', 'Deconvolution'],
];

const V1_WORDS = new Map(V1);

/** V0 files write most types as V1's enum in lower case; these differ. */
const V0_WORDS = new Map([
  ['conv', 'Convolution'],
  ['images', 'ImageData'],
  ['innerproduct', 'InnerProduct'],
  ['pool', 'Pooling'],
]);

/** The V2 type of a V1 enum value, by number or by word; an unknown one stays as it is. */
export const typeOfV1 = (value: number | string): string =>
  (typeof value === 'number' ? V1[value]?.[1] : V1_WORDS.get(value)) ?? `${value}`;

/** The V2 type of a V0 string; an unknown one stays as it is. */
export const typeOfV0 = (value: string): string =>
  V0_WORDS.get(value) ?? V1_WORDS.get(value.toUpperCase()) ?? value;
