import './cases.test.js';
import './net.test.js';
