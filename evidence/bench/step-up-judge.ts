import type { LivenessJudge } from '../../src/core/ports.js';
import { countSignals } from '../../src/extensions/measuring/accuracy/presence-report.js';
import { proportion, toJson } from '../../src/extensions/measuring/statistics/proportion.js';
import type { Engine } from '../../src/face/engine/engine.js';
import { createEnginePool } from '../../src/face/engine/pool.js';
import { createMovementJudge } from '../../src/face/liveness/judge.js';
import { createTestSight, createTestVerifier } from '../../test/embedded.js';
import { attacks, makeGenuineFrames, readDemoHeads, type Scene } from '../../test/face-video/index.js';
import { hasFaces } from '../../test/faces.js';
import { modelsFolder } from '../../test/paths.js';
import { toPhoto } from '../../test/pictures.js';
import { testShare } from '../../test/share.js';
import { drawPhotos, readFrontalHeads } from '../eval/presentation-attacks/heads.js';
import { judgeChallenges } from '../eval/presentation-attacks/judged-challenges.js';
import { processorMs, quantile, round } from './measure.js';

const movements: Scene['movements'] = ['centre', 'left', 'up', 'right', 'centre'];

async function prepareCheck(engine: Engine, judge: LivenessJudge, scene: Scene) {
  const [verifier, sight] = [createTestVerifier(engine), createTestSight(engine)];
  const frames = await makeGenuineFrames(scene);
  const binding = { tenant: 'bench', idp: 'api', subject: '', scope: 'bench', accuracy: 4 } as const;
  const shared = { binding, secret: null, share: testShare };
  const { token } = await verifier.enrol({ photos: frames.map(toPhoto), expiresAt: null, ...shared });
  /** @returns milliseconds of the liveness judge */
  return (): Promise<number> =>
    sight.share(frames.map(toPhoto), testShare, async (photos) => {
      const from = performance.now();
      const judged = photos.map((photo, at) => ({ photo, movement: scene.movements[at], light: null }));
      await judge.judge(judged, testShare);
      const took = performance.now() - from;
      await verifier.verify({ photos, token, requireLiveness: false, allowRenewal: false, ...shared });
      return took;
    });
}

/** Returns median milliseconds of the liveness judge for five frames of 640×480 pixels. */
async function timeResult(engine: Engine, judge: LivenessJudge, scene: Scene) {
  const check = await prepareCheck(engine, judge, scene);
  const times: number[] = [];
  for (let run = 0; run < 12; run += 1) times.push(await check());
  return { judge: round(quantile(times.slice(2)), 1) };
}

export async function measureCheckProcessor(runs: number): Promise<number> {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  try {
    const [victim, attacker] = await readDemoHeads(engine);
    const scene = { victim, attacker, movements, seed: 'processor' };
    const check = await prepareCheck(engine, createMovementJudge({ engine }), scene);
    await check();
    const before = await processorMs(process.pid);
    for (let run = 0; run < runs; run += 1) await check();
    return round(((await processorMs(process.pid)) - before) / runs, 1);
  } finally {
    await engine.close();
  }
}

/** Judges challenges of synthetic people, whose frames are all rendered from photos. */
export async function benchStepUpJudge(people: number, say: (line: string) => void) {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  try {
    const judge = createMovementJudge({ engine });
    const heads = hasFaces
      ? await readFrontalHeads(engine, drawPhotos('judge', 'people of the step-up benchmark'), people)
      : await readDemoHeads(engine);
    const judged = await judgeChallenges(judge, heads, say);
    const of = (species: string) => judged.filter((each) => each.species === species);
    const count = (species: string, pass: boolean) =>
      toJson(proportion(of(species).filter((each) => each.pass === pass).length, heads.length));
    return {
      frames: 'synthetic',
      people: { from: hasFaces ? 'evaluation' : 'demonstration', count: heads.length },
      bpcer: { ...count('genuine', false), refusedBy: countSignals(of('genuine')) },
      apcer: { byAttack: Object.fromEntries(attacks.map(({ name }) => [name, count(name, true)])) },
      resultMs: await timeResult(engine, judge, { victim: heads[0], attacker: heads[1], movements, seed: 'time' }),
    };
  } finally {
    await engine.close();
  }
}
