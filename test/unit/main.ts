import './shape.test.js';
import './caffe_caffemodel.test.js';
import './caffe_prototxt.test.js';
import './safetensors.test.js';
