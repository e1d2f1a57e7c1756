/** A public file of trained weights. */
export interface ZooFile {
  readonly name: string;
  readonly url: string;
  /** In hexadecimal, as published; null where nobody published one, so that the file cannot be verified. */
  readonly sha1: string | null;
  /** Size in bytes, where it is known. */
  readonly bytes: number | null;
  readonly about: string;
  /** The net of the family that it fits, if any: `--net`. */
  readonly net: string | null;
  readonly licence: string;
}

const BERKELEY = 'http://dl.caffe.berkeleyvision.org';
const FREE = 'unrestricted use (BVLC model licence)';

/** One of the FCN authors' or BVLC's, who share a server. */
const berkeley = (
  name: string,
  file: string,
  net: string | null,
  about: string,
  sha1: string | null = null,
): ZooFile => ({ name, url: `${BERKELEY}/${file}.caffemodel`, sha1, bytes: null, about, net, licence: FREE });

/**
 * The weights that the FCN authors and BVLC published, by the names of their own folders, and the trunk that
 * FCN-VGG16 starts from. URLs: the `caffemodel-url` files of shelhamer/fcn.berkeleyvision.org, and the readmes of
 * BVLC/caffe, which give hashes. Those of the FCNs are as OpenCV checks them (opencv_extra).
 */
export const ZOO: readonly ZooFile[] = [
  berkeley(
    'voc-fcn32s',
    'fcn32s-heavy-pascal',
    'fcn32s',
    'PASCAL VOC, 63.6 mean IU',
    '05eb922d7829c39448f57e5ab9d8cd75d6c0be6d',
  ),
  berkeley('voc-fcn16s', 'fcn16s-heavy-pascal', 'fcn16s', 'PASCAL VOC, 65.0 mean IU'),
  berkeley(
    'voc-fcn8s',
    'fcn8s-heavy-pascal',
    'fcn8s',
    'PASCAL VOC, 65.5 mean IU',
    'c449ea74dd7d83751d1357d6a8c323fcf4038962',
  ),
  berkeley('voc-fcn8s-atonce', 'fcn8s-atonce-pascal', 'fcn8s-atonce', 'PASCAL VOC, 65.4 mean IU'),
  berkeley('voc-fcn-alexnet', 'fcn-alexnet-pascal', 'fcn-alexnet', 'PASCAL VOC, 48.0 mean IU'),
  berkeley('nyud-fcn32s-color', 'nyud-fcn32s-color-heavy', 'nyud-32s-rgb', 'NYUDv2, colour'),
  berkeley('nyud-fcn32s-hha', 'nyud-fcn32s-hha-heavy', 'nyud-32s-hha', 'NYUDv2, HHA'),
  berkeley(
    'nyud-fcn32s-color-hha',
    'nyud-fcn32s-color-hha-heavy',
    'nyud-32s-rgb-hha',
    'NYUDv2, colour and HHA',
  ),
  berkeley('siftflow-fcn32s', 'siftflow-fcn32s-heavy', 'siftflow-32s', 'SIFT Flow, semantic and geometric'),
  berkeley('siftflow-fcn16s', 'siftflow-fcn16s-heavy', 'siftflow-16s', 'SIFT Flow, semantic and geometric'),
  berkeley('siftflow-fcn8s', 'siftflow-fcn8s-heavy', 'siftflow-8s', 'SIFT Flow, semantic and geometric'),
  berkeley('pascalcontext-fcn32s', 'pascalcontext-fcn32s-heavy', 'pascalcontext-32s', 'PASCAL-Context'),
  berkeley('pascalcontext-fcn16s', 'pascalcontext-fcn16s-heavy', 'pascalcontext-16s', 'PASCAL-Context'),
  berkeley('pascalcontext-fcn8s', 'pascalcontext-fcn8s-heavy', 'pascalcontext-8s', 'PASCAL-Context'),
  berkeley(
    'bvlc_alexnet',
    'bvlc_alexnet',
    'alexnet',
    'ImageNet classifier, 57.1% top-1',
    '9116a64c0fbe4459d18f4bb6b56d647b63920377',
  ),
  berkeley(
    'bvlc_reference_caffenet',
    'bvlc_reference_caffenet',
    'caffenet',
    'ImageNet classifier, 57.4% top-1',
    '4c8d77deb20ea792f84eb5e6d0a11ca0a8660a46',
  ),
  berkeley(
    'bvlc_googlenet',
    'bvlc_googlenet',
    'googlenet',
    'ImageNet classifier, 68.7% top-1',
    '405fc5acd08a3bb12de8ee5e23a96bec22f08204',
  ),
  {
    name: 'vgg16',
    url: 'http://www.robots.ox.ac.uk/~vgg/software/very_deep/caffe/VGG_ILSVRC_16_layers.caffemodel',
    sha1: '9363e1f6d65f7dba68c4f27a1e62105cdf6c4e24',
    bytes: 553_432_081,
    about: 'ImageNet classifier, the trunk of FCN-VGG16',
    net: 'vgg16',
    licence: 'see https://www.robots.ox.ac.uk/~vgg/research/very_deep/',
  },
];

/** The name under which its server has it, and `pull` keeps it. */
export const fileName = ({ url }: ZooFile): string => url.slice(url.lastIndexOf('/') + 1);
