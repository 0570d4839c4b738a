import { createMovementJudge } from '../../../src/face/liveness/judge.js';
import { attacks } from '../../../support/face-video/index.js';
import { countSignals } from '../../measure/accuracy/presence-report.js';
import { type EvalProgram, keepFigures } from '../../measure/program.js';
import { drawPhotos, readFrontalHeads, withEngine } from './heads.js';
import { judgeChallenges } from './judged-challenges.js';
import { rateOf, toHighest, toRiapar } from './presentation-rates.js';
import { measureRecorded } from './real-presentations.js';

const people = 100;

export const presentationAttacks: EvalProgram = {
  about: 'APCER, BPCER, RIAPAR of rendered prints, screens, cut-outs, replays and stills; with --data of recorded ones',
  runOn: measureRecorded,
  takesModel: true,
  run: (say, out) =>
    withEngine(async (engine) => {
      const photos = drawPhotos('judge', 'people of the step-up benchmark');
      const heads = await readFrontalHeads(engine, photos, people);
      const judged = await judgeChallenges(createMovementJudge({ engine }), heads, say);
      const of = (species: string) => judged.filter((each) => each.species === species);
      const byAttack = <T>(figure: (own: typeof judged) => T) =>
        Object.fromEntries(attacks.map(({ name }) => [name, figure(of(name))]));
      const apcer = byAttack((own) => rateOf(own, ({ pass }) => pass));
      const bpcer = rateOf(of('genuine'), ({ pass }) => !pass);
      const challenge = {
        people: heads.length,
        bpcer,
        refusedBy: countSignals(of('genuine')),
        highestApcer: toHighest(apcer),
        apcer,
        riapar: Object.fromEntries(Object.entries(apcer).map(([name, rate]) => [name, toRiapar(rate, bpcer)])),
        stoppedBy: byAttack(countSignals),
      };
      const glance = {
        people: heads.length,
        bpcer: rateOf(of('genuine'), ({ passesGlance }) => !passesGlance),
        apcer: byAttack((own) => rateOf(own, ({ passesGlance }) => passesGlance)),
      };
      const figures = { frames: 'synthetic', evaluation: { challenge, glance } };
      await keepFigures(out, 'presentation-attacks', figures);
      return figures;
    }),
};
