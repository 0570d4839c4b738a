import { expect, test } from '@jest/globals';
import { groupPhoto } from '../../../support/data/crafted-pictures.js';
import { forFile } from '../../../support/run/for-file.js';
import { modelsFolder } from '../../../support/run/paths.js';
import type { Box } from '../../core/ports.js';
import type { Signal } from './engine.js';
import { createPipeline, type Pipeline, type RawFaceAnalysis } from './pipeline.js';
import { loadNative, loadWebAssembly } from './runtime.js';

/* What the engine says of one photo on either runtime. */

const signals: readonly Signal[] = ['embedding', 'pose', 'liveness', 'eyes', 'quality', 'landmarks'];
const samples = [1, 4] as const;

const native = await forFile(createPipeline(modelsFolder, { load: loadNative }));
const wasm = await forFile(createPipeline(modelsFolder, { load: () => loadWebAssembly('of the test') }));

/** The greatest distance between what stands at the same place. */
const farthest = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length ? Math.max(0, ...a.map((value, at) => Math.abs(value - b[at]!))) : Number.POSITIVE_INFINITY;
const cornersOf = ({ x, y, width, height }: Box) => [x, y, x + width, y + height];
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const qualityOf = ({ quality }: RawFaceAnalysis) => Object.values(quality!);

async function expectAlike(photo: Uint8Array): Promise<void> {
  const examine = (pipeline: Pipeline) => pipeline.examine(photo, signals, 'central');
  const ours = await examine(native);
  const theirs = await examine(wasm);
  // Tokens are compared at .41: a thousandth of that does not change a decision. Observed differences are below 1e-6.
  expect(1 - dot(ours.embedding!, theirs.embedding!)).toBeLessThan(1e-3);
  expect(dot(theirs.embedding!, theirs.embedding!)).toBeCloseTo(1, 5);
  expect(farthest(cornersOf(ours.face.box), cornersOf(theirs.face.box))).toBeLessThanOrEqual(1);
  const points = [ours, theirs].map(({ landmarks }) => landmarks!.flatMap(({ x, y }) => [x, y]));
  expect(farthest(points[0]!, points[1]!) / ours.face.box.width).toBeLessThan(0.001);
  expect(Math.abs(ours.magnitude! - theirs.magnitude!)).toBeLessThan(1e-3);
  expect(farthest(Object.values(ours.pose!), Object.values(theirs.pose!))).toBeLessThan(0.05);
  expect(Math.abs(ours.liveness! - theirs.liveness!)).toBeLessThan(1e-3);
  expect(Math.abs(ours.eyesOpen! - theirs.eyesOpen!)).toBeLessThan(1e-3);
  qualityOf(ours).forEach((value, at) => {
    expect(Math.abs(value / qualityOf(theirs)[at]! - 1)).toBeLessThan(0.01);
  });
}

test.each(samples)('both runtimes find the same faces at the same positions in group photo %d', async (number) => {
  const ours = await native.detect(groupPhoto(number));
  const theirs = await wasm.detect(groupPhoto(number));
  expect(ours.faces.length).toBeGreaterThan(1);
  expect(theirs.faces).toHaveLength(ours.faces.length);
  ours.faces.forEach(({ box, confidence }, at) => {
    expect(farthest(cornersOf(box), cornersOf(theirs.faces[at]!.box))).toBeLessThanOrEqual(1);
    expect(Math.abs(confidence - theirs.faces[at]!.confidence)).toBeLessThan(1e-4);
  });
});

test.each(samples)('both runtimes compute similar signals for the face in the middle of group photo %d', (number) =>
  expectAlike(groupPhoto(number)),
);
