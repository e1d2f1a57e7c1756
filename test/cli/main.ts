import './command.test.js';
import './bad_input.test.js';
import './equivalence.test.js';
import './convert.test.js';
import './heatmap.test.js';
import './segment.test.js';
import './segment_frames.test.js';
import './eval.test.js';
