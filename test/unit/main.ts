import './shape.test.js';
