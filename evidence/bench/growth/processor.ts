import { createEnginePool } from '../../../src/engine/pool.js';
import { createMovementJudge } from '../../../src/liveness/judge.js';
import { createTestSight, createTestVerifier } from '../../../test/embedded.js';
import { makeGenuineFrames, readDemoHeads } from '../../../test/face-video/index.js';
import { modelsFolder } from '../../../test/paths.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { round } from '../measure.js';
import { processorMs } from '../processor-time.js';

const movements = ['centre', 'left', 'up', 'right', 'centre'] as const;

/**
 * The processor time of one check in the engine: five frames of 640×480, judged and held against a token, all threads. What the
 * year's simulated engine leaves out.
 * @returns milliseconds
 */
export async function measureCheckProcessor(runs: number): Promise<number> {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  try {
    const [victim, attacker] = await readDemoHeads(engine);
    const [verifier, sight, judge] = [
      createTestVerifier(engine),
      createTestSight(engine),
      createMovementJudge({ engine }),
    ];
    const frames = await makeGenuineFrames({ victim, attacker, movements: [...movements], seed: 'processor' });
    const binding = { tenant: 'bench', idp: 'api', subject: '', scope: 'bench', accuracy: 4 } as const;
    const { token } = await verifier.enrol({
      photos: frames.map(toPhoto),
      binding,
      secret: null,
      expiresAt: null,
      share: testShare,
    });
    const check = (): Promise<void> =>
      sight.share(frames.map(toPhoto), testShare, async (photos) => {
        await judge.judge(
          photos.map((photo, at) => ({ photo, movement: movements[at], light: null })),
          testShare,
        );
        await verifier.verify({
          photos,
          token,
          binding,
          secret: null,
          requireLiveness: false,
          allowRenewal: false,
          share: testShare,
        });
      });
    await check();
    const before = await processorMs(process.pid);
    for (let run = 0; run < runs; run += 1) await check();
    return round(((await processorMs(process.pid)) - before) / runs, 1);
  } finally {
    await engine.close();
  }
}
