import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { drawModel } from '../../../support/fakes/onnx.js';
import { createFolder } from '../../../support/run/folder.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { type Preprocess, preprocessGuard, presets } from '../engine/embed.js';
import { loadNative, loadWebAssembly } from '../engine/runtime.js';
import { checkModel, UnfitModelError } from './check-model.js';

describe.each([
  ['native', loadNative],
  ['in WebAssembly', () => loadWebAssembly('of the test')],
] as const)('the check of a recognition model, runtime %s,', (_kind, load) => {
  const check = (file: Uint8Array, preprocess: Preprocess = presets.facestep) =>
    checkModel(file, preprocess, createManualClock(), load);

  /** What is said of a model that is refused. */
  const problemOf = async (file: Uint8Array, preprocess?: Preprocess): Promise<unknown> =>
    check(file, preprocess).then(
      () => 'taken',
      (error: unknown) => {
        expect(error).toBeInstanceOf(UnfitModelError);
        return (error as UnfitModelError).message;
      },
    );

  test.each<[string, Uint8Array, object]>([
    [
      'a model with 512 outputs and any batch size',
      drawModel({ numbers: 512, isBatched: true }),
      { input: 'face', numbers: 512 },
    ],
    ['the built-in model', readFileSync(join(modelsFolder, 'fr_feature.onnx')), { input: 'input', numbers: 512 }],
  ])('accepts %s', async (_name, file, found) => {
    expect(await check(file)).toMatchObject(found);
  });

  describe('refuses with a reason', () => {
    test.each<[string, Uint8Array, RegExp]>([
      ['a text file', Buffer.from('model'), /does not load|not an ONNX|truncated/],
      ['a truncated file', drawModel().subarray(0, 9000), /truncated/],
      [
        'a model whose input has another size',
        drawModel({ size: 96 }),
        /float32 1 × 3 × 96 × 96, not float32 1 × 3 × 112 × 112/,
      ],
      ['a model with two output tensors', drawModel({ hasSecondOutput: true }), /gives 2 tensors/],
      ['a model with 256 output values', drawModel({ numbers: 256 }), /gives 256 numbers, not 257 to 512/],
      ['a model with 513 output values', drawModel({ numbers: 513 }), /gives 513 numbers, not 257 to 512/],
      ['a model whose output is NaN', drawModel({ gives: 'nan' }), /invalid numbers/],
      ['a model whose output values are all equal', drawModel({ gives: 'alike' }), /are equal/],
      [
        'a model with the same output for two different faces',
        drawModel({ gives: 'same' }),
        /the same for two different faces/,
      ],
      ['a model whose output for one face changes between runs', drawModel({ gives: 'random' }), /differs each time/],
    ])('%s', async (_name, file, reason) => {
      expect(await problemOf(file)).toMatch(reason);
    });

    test('weights in an external file, even if the file exists', async () => {
      const folder = createFolder('external');
      const file = join(folder, 'weights.bin');
      await writeFile(file, Buffer.alloc(4 * 192 * 64, 1));
      expect(await problemOf(drawModel({ externalFile: file }))).toMatch(/in separate files/);
    });
  });
});

describe('preprocessing settings are refused', () => {
  const { facestep } = presets;
  const [left, right, nose, mouthLeft, mouthRight] = facestep.places;
  test.each<[string, object]>([
    ['with a deviation of 0', { deviation: [128, 0, 128] }],
    ['with a mean that is not a number', { mean: [127, 127, Number.NaN] }],
    ['with an input size of 10,000', { size: 10_000 }],
    ['with points outside the picture', { size: 64 }],
    ['with only four points', { places: [left, right, nose, mouthLeft] }],
    ['with coinciding points', { places: [nose, nose, nose, nose, nose] }],
    ['with the points of an upside-down face', { places: [mouthLeft, mouthRight, nose, left, right] }],
  ])('%s', (_name, change) => {
    expect(preprocessGuard.safeParse(facestep).success).toBe(true);
    expect(preprocessGuard.safeParse({ ...facestep, ...change }).success).toBe(false);
  });
});
