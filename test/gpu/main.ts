import './cases.test.js';
import './image.test.js';
import './engine.test.js';
import './net.test.js';
import './oracles.test.js';
