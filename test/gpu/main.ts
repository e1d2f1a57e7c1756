import './cases.test.js';
import './image.test.js';
import './net.test.js';
