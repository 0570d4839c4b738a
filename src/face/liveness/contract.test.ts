import { toPhoto } from '../../../support/data/pictures.js';
import { testShare } from '../../../support/data/share.js';
import { attacks, makeGenuineFrames, readDemoHeads } from '../../../support/face-video/index.js';
import { forFile } from '../../../support/run/for-file.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { describeLiveness } from '../../../test/contract/liveness.js';
import type { Movement } from '../../core/movements.js';
import { toCode } from '../../errors.js';
import { createEnginePool } from '../engine/pool.js';
import { createMovementJudge } from './judge.js';

const movements: readonly Movement[] = ['centre', 'left', 'up'];

describeLiveness('The own judge of movements', async () => {
  const engine = await forFile(createEnginePool({ modelsFolder, queueLimit: 64 }));
  const heads = await readDemoHeads(engine);
  const scene = { victim: heads[0], attacker: heads[1], movements, seed: 'contract' };
  const genuine = await makeGenuineFrames(scene);
  const still = await attacks.find(({ name }) => name === 'shiftedStill')?.makeFrames(scene);
  const judge = createMovementJudge({ engine });
  const judgeFrames = (pictures: readonly Uint8Array[]) =>
    judge.judge(
      {
        frames: pictures.flatMap((picture, at) => {
          const movement = movements[at];
          return movement === undefined ? [] : [{ photo: toPhoto(picture), movement, light: null }];
        }),
        looks: [],
      },
      testShare,
    );
  return {
    judgeLive: () => judgeFrames(genuine),
    judgePicture: () => judgeFrames(still ?? []),
    async judgeWhileDown() {
      const closed = await createEnginePool({ modelsFolder, queueLimit: 64 });
      await closed.close();
      const judging = createMovementJudge({ engine: closed });
      return judging
        .judge(
          {
            frames: [{ photo: toPhoto(genuine[0] ?? new Uint8Array()), movement: 'centre', light: null }],
            looks: [],
          },
          testShare,
        )
        .then(() => 'liveness_low' as const, toCode);
    },
  };
});
