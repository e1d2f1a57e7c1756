import './bilinear.test.js';
import './shape.test.js';
import './caffe_caffemodel.test.js';
import './caffe_data.test.js';
import './caffe_import.test.js';
import './caffe_net.test.js';
import './caffe_prototxt.test.js';
import './safetensors.test.js';
