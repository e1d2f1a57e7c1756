import { PAPER_TABLES } from './paper.js';

/** One row of a table of the paper, and how it is filled here. */
export interface ReproducedRow {
  readonly name: string;
  /** In the order of the table's columns, as the paper prints them; null where it prints nothing. */
  readonly paper: readonly (number | string | null)[];
  /** Commands that fill the row, in their order; none for other people's methods. */
  readonly commands: readonly string[];
}

/** A table of the paper: what it needs, and how its rows are filled. */
export interface ReproducedTable {
  readonly number: number;
  readonly title: string;
  readonly columns: readonly string[];
  /** Files that nobody may ship with the project. */
  readonly needs: readonly string[];
  readonly rows: readonly ReproducedRow[];
}

const FOUR = ['pixel acc.', 'mean acc.', 'mean IU', 'f.w. IU'] as const;

const VOC2011 = 'VOC2011: the PASCAL VOC 2011 development kit (JPEGImages, SegmentationClass, ImageSets)';
const VOC_FILES = [
  `${VOC2011}, with seg11valid.txt of the authors in ImageSets/Segmentation`,
  'sbd: the dataset folder of SBD (img, cls, train.txt, val.txt)',
];

/** What a stage is trained with, from the published classifiers; the paper's nets learn from pictures as they are. */
const train = (net: string, stages: string, data: string, weights: string, out: string): string =>
  `npx rarefy train --net ${net}${stages && ` --stages ${stages}`} --data ${data} --weights ${weights} --recipe paper --out ${out}`;
/** What `train` leaves of a net without stages. */
const trained = (net: string): string => `runs/${net}/${net}.safetensors`;
const pull = (name: string): string => `npx rarefy pull ${name}`;
const score = (data: string, split: string, net: string, weights: string): string =>
  `npx rarefy eval --data ${data} --split ${split} --net ${net} --weights ${weights}`;

/** Where `rarefy pull` puts the trunk of FCN-VGG16. */
const VGG16 = 'models/VGG_ILSVRC_16_layers.caffemodel';

const other = (name: string, ...paper: (number | string | null)[]): ReproducedRow => ({
  name,
  paper,
  commands: [],
});

/** The four metrics of a row that the paper prints for a layout. */
const fourOf = (layout: string, net: string): number[] => {
  const { pixelAcc, meanAcc, meanIU, fwIU, geometric } = PAPER_TABLES[layout]!.rows.find(
    (row) => row.net === net,
  )!;
  return [pixelAcc, meanAcc, meanIU, fwIU, ...(geometric === undefined ? [] : [geometric])];
};

const VOC_TRAINED = train('fcn8s', '32s,16s,8s', 'sbd:sbd', VGG16, 'runs/voc');

const table1: ReproducedTable = {
  number: 1,
  title: 'Three classifiers cast to segment: mean IU on the validation set of PASCAL VOC 2011',
  columns: ['mean IU', 'forward, ms', 'conv layers', 'parameters', 'rf size', 'max stride'],
  needs: [VOC2011],
  rows: (
    [
      ['FCN-AlexNet', [39.8, '50', '8', '57M', '355', '32'], 'fcn-alexnet', 'bvlc_reference_caffenet'],
      ['FCN-VGG16', [56.0, '210', '16', '134M', '404', '32'], 'fcn32s', 'vgg16'],
      ['FCN-GoogLeNet', [42.5, '59', '22', '6M', '907', '32'], 'fcn-googlenet', 'bvlc_googlenet'],
    ] as const
  ).map(([name, paper, net, zoo]) => ({
    name,
    paper,
    commands: [
      'npx rarefy table1 --time',
      pull(zoo),
      train(net, '', 'voc:VOC2011', zoo === 'vgg16' ? VGG16 : `models/${zoo}.caffemodel`, `runs/${net}`),
      score('voc:VOC2011', 'val', net, trained(net)),
    ],
  })),
};

const table2: ReproducedTable = {
  number: 2,
  title: 'Skips refine: 736 images of the validation set of PASCAL VOC 2011',
  columns: FOUR,
  needs: VOC_FILES,
  rows: (
    [
      ['FCN-32s-fixed', '32s-fixed', 'fcn32s'],
      ['FCN-32s', '32s', 'fcn32s'],
      ['FCN-16s', '32s,16s', 'fcn16s'],
      ['FCN-8s', '32s,16s,8s', 'fcn8s'],
    ] as const
  ).map(([name, stages, net]) => ({
    name,
    paper: fourOf('voc', name),
    commands: [
      pull('vgg16'),
      train('fcn8s', stages, 'sbd:sbd', VGG16, `runs/voc-${stages.split(',').at(-1)}`),
      score(
        'voc:VOC2011',
        'seg11valid',
        net,
        `runs/voc-${stages.split(',').at(-1)}/${stages.split(',').at(-1)}.safetensors`,
      ),
    ],
  })),
};

const table3: ReproducedTable = {
  number: 3,
  title: 'State of the art: mean IU on the test sets of PASCAL VOC 2011 and 2012, which their server scores',
  columns: ['VOC2011 test', 'VOC2012 test', 'time'],
  needs: [
    ...VOC_FILES,
    'VOC2011, VOC2012: the test images of either year (JPEGImages, ImageSets), and an account at the evaluation server',
  ],
  rows: [
    other('R-CNN', 47.9, null, null),
    other('SDS', 52.6, 51.6, '~50 s'),
    {
      name: 'FCN-8s',
      paper: [62.7, 62.2, '~175 ms'],
      commands: [
        pull('vgg16'),
        VOC_TRAINED,
        ...['VOC2011', 'VOC2012'].map(
          (folder) =>
            `${score(`voc:${folder},labels=none`, 'test', 'fcn8s', 'runs/voc/8s.safetensors')} --predictions submission`,
        ),
        'npx rarefy bench --only fcn8s-500',
      ],
    },
  ],
};

const table4: ReproducedTable = {
  number: 4,
  title: 'NYUDv2: 654 images of the test set, 40 classes',
  columns: FOUR,
  needs: [
    'nyud: images, depth, HHA and labels of NYUDv2 as the authors prepared them, with train.txt, val.txt and test.txt',
  ],
  rows: [
    other('Gupta et al.', 60.3, null, 28.6, 47.0),
    ...(
      [
        ['FCN-32s RGB', 'nyud-32s-rgb', 'color', [VGG16]],
        ['FCN-32s RGBD', 'nyud-32s-rgbd', 'color-depth', [VGG16]],
        ['FCN-32s HHA', 'nyud-32s-hha', 'hha', [VGG16]],
        ['FCN-32s RGB-HHA', 'nyud-32s-rgb-hha', 'color-hha', ['nyud-32s-rgb', 'nyud-32s-hha'].map(trained)],
        ['FCN-16s RGB-HHA', 'nyud-16s-rgb-hha', 'color-hha', [trained('nyud-32s-rgb-hha')]],
      ] as const
    ).map(([name, net, kind, weights]) => ({
      name,
      paper: fourOf('nyud', name),
      commands: [
        ...(weights[0] === VGG16 ? [pull('vgg16')] : []),
        train(
          net,
          '',
          `nyud:nyud,kind=${kind} --split trainval --test-split test`,
          weights.join(),
          `runs/${net}`,
        ),
        score(`nyud:nyud,kind=${kind}`, 'test', net, trained(net)),
      ],
    })),
  ],
};

const table5: ReproducedTable = {
  number: 5,
  title: 'SIFT Flow: 200 images of the test set, 33 semantic and 3 geometric classes',
  columns: [...FOUR, 'geom. acc.'],
  needs: [
    'siftflow: Images, SemanticLabels and GeoLabels of SIFT Flow, with trainval.txt and test.txt of the authors',
  ],
  rows: [
    other('Liu et al.', 76.7, null, null, null, null),
    other('Tighe et al. 2010', null, null, null, null, 90.8),
    other('Tighe et al. 2013, 1', 75.6, 41.1, null, null, null),
    other('Tighe et al. 2013, 2', 78.6, 39.2, null, null, null),
    other('Farabet et al., natural', 72.3, 50.8, null, null, null),
    other('Farabet et al., balanced', 78.5, 29.6, null, null, null),
    other('Pinheiro et al.', 77.7, 29.8, null, null, null),
    {
      name: 'FCN-16s',
      paper: fourOf('siftflow', 'FCN-16s'),
      commands: [
        pull('vgg16'),
        train(
          'siftflow-16s',
          '32s,16s',
          'siftflow:siftflow --split trainval --test-split test',
          VGG16,
          'runs/siftflow',
        ),
        score('siftflow:siftflow', 'test', 'siftflow-16s', 'runs/siftflow/16s.safetensors'),
      ],
    },
  ],
};

/** Tables 1 to 5 of the paper (CVPR 2015), and the commands that fill them. */
export const REPRODUCED: readonly ReproducedTable[] = [table1, table2, table3, table4, table5];
