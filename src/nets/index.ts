import type { Graph } from '../graph/builder.js';
import { fcn8s } from './fcn_vgg16.js';

/** The nets that are built in code, by the name that the command line uses. */
export const NETS: Readonly<Record<string, (o: { width?: number }) => Graph>> = { fcn8s };
