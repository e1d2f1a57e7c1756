import './cases.test.js';
import './image.test.js';
import './engine.test.js';
import './net.test.js';
import './oracles.test.js';
import './oracles_caffe.test.js';
import './layers.test.js';
import './readme.test.js';
