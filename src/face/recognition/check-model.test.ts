import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createManualClock } from '../../../test/support/fakes/manual-clock.js';
import { drawModel } from '../../../test/support/fakes/onnx.js';
import { createFolder } from '../../../test/support/run/folder.js';
import { modelsFolder } from '../../../test/support/run/paths.js';
import { type Preprocess, preprocessGuard, presets } from '../engine/embed.js';
import { loadNative, loadWebAssembly } from '../engine/runtime.js';
import { checkModel, UnfitModelError } from './check-model.js';

describe.each([
  ['native', loadNative],
  ['in WebAssembly', () => loadWebAssembly('of the test')],
] as const)('the check of a model, runtime %s,', (_kind, load) => {
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
      '512 numbers, of a batch of any size',
      drawModel({ numbers: 512, isBatched: true }),
      { input: 'face', numbers: 512 },
    ],
    ['our own model', readFileSync(join(modelsFolder, 'fr_feature.onnx')), { input: 'input', numbers: 512 }],
  ])('takes %s', async (_name, file, found) => {
    expect(await check(file)).toMatchObject(found);
  });

  describe('refuses, and says why', () => {
    test.each<[string, Uint8Array, RegExp]>([
      ['a text', Buffer.from('model'), /does not load|not an ONNX|truncated/],
      ['a file cut short', drawModel().subarray(0, 9000), /truncated/],
      ['a picture of another size', drawModel({ size: 96 }), /float32 1 × 3 × 96 × 96, not float32 1 × 3 × 112 × 112/],
      ['two outputs', drawModel({ hasSecondOutput: true }), /gives 2 tensors/],
      ['256 numbers', drawModel({ numbers: 256 }), /gives 256 numbers, not 257 to 512/],
      ['513 numbers', drawModel({ numbers: 513 }), /gives 513 numbers, not 257 to 512/],
      ['numbers that are none', drawModel({ gives: 'nan' }), /invalid numbers/],
      ['numbers that are all alike', drawModel({ gives: 'alike' }), /are equal/],
      ['numbers that say the same of everybody', drawModel({ gives: 'same' }), /the same for two different faces/],
      ['numbers that differ each time', drawModel({ gives: 'random' }), /differs each time/],
    ])('%s', async (_name, file, reason) => {
      expect(await problemOf(file)).toMatch(reason);
    });

    test('weights in another file, though it is there', async () => {
      const folder = createFolder('external');
      const file = join(folder, 'weights.bin');
      await writeFile(file, Buffer.alloc(4 * 192 * 64, 1));
      expect(await problemOf(drawModel({ externalFile: file }))).toMatch(/in separate files/);
    });
  });
});

describe('a preprocessing that lies is refused', () => {
  const { facestep } = presets;
  const [left, right, nose, mouthLeft, mouthRight] = facestep.places;
  test.each<[string, object]>([
    ['a deviation of 0', { deviation: [128, 0, 128] }],
    ['no number', { mean: [127, 127, Number.NaN] }],
    ['a size of 10,000', { size: 10_000 }],
    ['points outside the picture', { size: 64 }],
    ['four points', { places: [left, right, nose, mouthLeft] }],
    ['points on one another', { places: [nose, nose, nose, nose, nose] }],
    ['a face upside down', { places: [mouthLeft, mouthRight, nose, left, right] }],
  ])('%s', (_name, change) => {
    expect(preprocessGuard.safeParse(facestep).success).toBe(true);
    expect(preprocessGuard.safeParse({ ...facestep, ...change }).success).toBe(false);
  });
});
