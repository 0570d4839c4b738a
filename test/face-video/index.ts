/*
 * Pictures as a camera takes them of a head that turns, and of what attackers hold before it instead: made at run time
 * from a photo, so that no video of anybody has to be kept.
 */
export { type Attack, attacks, drawTurn, makeGenuineFrames, type Scene } from './attacks.js';
export { readDemoFaces, readDemoHeads } from './demo-people.js';
export { type Head, readHead, type Turn, turnHead } from './head.js';
export { makeVideo } from './mjpeg.js';
export { readPicture } from './raster.js';
export { reframe } from './reframe.js';
export { type Species, species } from './single-images.js';
