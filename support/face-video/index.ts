/*
 * Camera pictures of turning heads and of attacks, in room light or screen light. They are generated from photos, so
 * that no video of a person has to be stored.
 */
export { type Attack, attacks } from './attacks.js';
export { readDemoHeads } from './demo-people.js';
export { makeGenuineFrames, makeGenuineLitFrames } from './genuine.js';
export { type Head, readHead, type Turn, turnHead } from './head.js';
export { injections } from './injections.js';
export type { ScreenHalves } from './light.js';
export { drawLitSteps, type LitFrame, type LitScene } from './lit-scenes.js';
export { reframe } from './reframe.js';
export type { Scene } from './scenes.js';
export { drawTurn } from './turns.js';
