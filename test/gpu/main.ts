import './cases.test.js';
