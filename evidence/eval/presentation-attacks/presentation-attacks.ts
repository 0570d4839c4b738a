import type { Engine } from '../../../src/engine/engine.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { createMovementJudge } from '../../../src/liveness/judge.js';
import { readDemoFaces, readPicture } from '../../../test/face-video/index.js';
import { modelsFolder } from '../../../test/paths.js';
import { proportion, toJson } from '../../statistics/proportion.js';
import { keep, toDatedFile } from '../keep.js';
import type { EvalProgram } from '../program.js';
import { drawPhotos, isGrey, readFrontalHeads } from './heads.js';
import { judgeChallenges } from './judged-challenges.js';
import { scorePassive } from './passive-attacks.js';
import { toChallengeFigures, toPassiveFigures } from './presentation-figures.js';
import { drawChallenge, drawPassive, passivePlots } from './presentation-plots.js';
import { toTables } from './presentation-tables.js';
import { measureRecorded } from './real-presentations.js';

/**
 * Number of people for each measurement. The challenges use fewer people, because each challenge renders five frames.
 */
const peopleOf = { passive: 150, challenge: 100 } as const;

async function attackPeople(engine: Engine, photos: readonly Uint8Array[], heads: number, say: (line: string) => void) {
  const pictures = await Promise.all(photos.map(readPicture));
  const scores = await scorePassive(engine, photos, say);
  const turned = await readFrontalHeads(engine, photos, heads);
  const judged = await judgeChallenges(createMovementJudge({ engine }), turned, say);
  return {
    scores,
    figures: {
      blackAndWhite: toJson(proportion(pictures.filter(isGrey).length, pictures.length)),
      passive: toPassiveFigures(scores),
      challenge: toChallengeFigures(judged),
    },
  };
}

export const presentationAttacks: EvalProgram = {
  about: 'APCER and BPCER of rendered prints, screens, cut-outs, replays and stills; with --data of recorded ones',
  runOn: measureRecorded,
  async run(say, out) {
    const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
    try {
      const photos = [...drawPhotos('judge', 'people of the step-up benchmark')].slice(0, peopleOf.passive);
      const evaluation = await attackPeople(engine, photos, peopleOf.challenge, say);
      say('The same of the demonstration photos, which are in colour');
      const faces = await readDemoFaces(engine);
      const demonstration = await attackPeople(engine, faces, faces.length, say);
      const figures = {
        frames: 'synthetic',
        evaluation: evaluation.figures,
        demonstration: demonstration.figures,
      };
      const now = new Date();
      const plots = passivePlots.map((plot) => [
        `passive-liveness-${plot.name}.svg`,
        drawPassive(evaluation.scores, plot),
      ]);
      await keep(out, {
        ...Object.fromEntries(plots),
        'movement-challenge.svg': drawChallenge(evaluation.figures.challenge),
        'presentation-attacks.json': toDatedFile('npm run eval -- presentation-attacks', now, figures),
        'presentation-attacks.md': toTables(evaluation.figures, demonstration.figures, now),
      });
      return figures;
    } finally {
      await engine.close();
    }
  },
};
