// ONNX operators, attribute by attribute: what onnxruntime makes of each is the expected output.
import { lossCases, matrixCases, normCases, reduceCases } from './axes.js';
import type { OperatorCase } from './files.js';
import { layoutCases } from './layout.js';
import { resizeCases } from './resize.js';
import { arithmeticCases, functionCases } from './values.js';
import { convCases, deconvCases, poolCases } from './windows.js';

/** Every operator case, the same on every machine. */
export const operatorCases: readonly OperatorCase[] = [
  ...convCases,
  ...deconvCases,
  ...poolCases,
  ...matrixCases,
  ...normCases,
  ...functionCases,
  ...arithmeticCases,
  ...reduceCases,
  ...resizeCases,
  ...layoutCases,
  ...lossCases,
];
