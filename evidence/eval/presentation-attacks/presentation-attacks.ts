import { livenessBoundary } from '../../../src/core/ports.js';
import type { Engine } from '../../../src/face/engine/engine.js';
import { createMovementJudge } from '../../../src/face/liveness/judge.js';
import {
  attacks,
  type Head,
  readDemoFaces,
  readHead,
  readPicture,
  species as singleImages,
} from '../../../test/face-video/index.js';
import { countSignals } from '../../measure/accuracy/presence-report.js';
import { type EvalProgram, keepFigures, type PrintLine } from '../../measure/program.js';
import { drawPhotos, isGrey, readFrontalHeads, scorePicture, withEngine, withoutRefusal } from './heads.js';
import { type JudgedChallenge, judgeChallenges } from './judged-challenges.js';
import {
  rateOf,
  type Scores,
  toApcer,
  toBpcer,
  toHighest,
  toNonResponseRate,
} from './presentation-rates.js';
import { measureRecorded } from './real-presentations.js';

/**
 * Number of people for each measurement. The challenges use fewer people, because each challenge renders five frames.
 */
const peopleOf = { passive: 150, challenge: 100 } as const;

/** Passive liveness thresholds: the product's, and the model's own. */
const shownBounds = [livenessBoundary, 0.5] as const;

interface PassiveScores {
  readonly genuine: Scores;
  readonly bySpecies: Readonly<Record<string, Scores>>;
}

/**
 * Scores photos of different people, and an attack of each species made from each photo. Photos that the engine refuses
 * are skipped, because an attacker would not choose them.
 */
async function scorePassive(engine: Engine, photos: readonly Uint8Array[], say: PrintLine): Promise<PassiveScores> {
  const genuine: (number | null)[] = [];
  const bySpecies = Object.fromEntries(singleImages.map(({ name }): [string, (number | null)[]] => [name, []]));
  let before: Head | null = null;
  for (const [at, photo] of photos.entries()) {
    genuine.push(await scorePicture(engine, photo));
    const victim = await withoutRefusal(() => readHead(engine, photo));
    if (victim === null) continue;
    // The person of the previous photo acts as the attacker, in whose room the attack takes place.
    const sitting = { victim, attacker: before ?? victim, seed: `person ${at}` };
    await Promise.all(
      singleImages.map(async ({ name, present }) =>
        bySpecies[name].push(await scorePicture(engine, await present(sitting))),
      ),
    );
    before = victim;
    if ((at + 1) % 20 === 0) say(`single images: ${at + 1} of ${photos.length} people`);
  }
  return { genuine, bySpecies };
}

const mapEach = <From, To>(values: Readonly<Record<string, From>>, to: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));

/** Computes error rates of passive liveness. A picture without exactly one face is a non-response. */
function toPassiveFigures({ genuine, bySpecies }: PassiveScores) {
  const atBound = shownBounds.map((bound) => {
    const apcer = mapEach(bySpecies, (scores) => toApcer(scores, bound));
    return [String(bound), { bpcer: toBpcer(genuine, bound), highestApcer: toHighest(apcer), apcer }] as const;
  });
  return {
    people: genuine.length,
    bpnrr: toNonResponseRate(genuine),
    apnrr: mapEach(bySpecies, toNonResponseRate),
    atBound: Object.fromEntries(atBound),
  };
}

/** Computes error rates of the liveness judge, which always responds. */
function toChallengeFigures(judged: readonly JudgedChallenge[]) {
  const of = (species: string) => judged.filter((each) => each.species === species);
  const ofAttacks = Object.fromEntries(attacks.map(({ name }) => [name, of(name)]));
  const apcer = mapEach(ofAttacks, (each) => rateOf(each, ({ pass }) => pass));
  return {
    people: of('genuine').length,
    bpcer: rateOf(of('genuine'), ({ pass }) => !pass),
    refusedBy: countSignals(of('genuine')),
    highestApcer: toHighest(apcer),
    apcer,
    stoppedBy: mapEach(ofAttacks, countSignals),
  };
}

async function attackPeople(engine: Engine, photos: readonly Uint8Array[], heads: number, say: PrintLine) {
  const pictures = await Promise.all(photos.map(readPicture));
  const passive = toPassiveFigures(await scorePassive(engine, photos, say));
  const turned = await readFrontalHeads(engine, photos, heads);
  const judged = await judgeChallenges(createMovementJudge({ engine }), turned, say);
  return { blackAndWhite: rateOf(pictures, isGrey), passive, challenge: toChallengeFigures(judged) };
}

export const presentationAttacks: EvalProgram = {
  about: 'APCER and BPCER of rendered prints, screens, cut-outs, replays and stills; with --data of recorded ones',
  runOn: measureRecorded,
  run: (say, out) =>
    withEngine(async (engine) => {
      const photos = [...drawPhotos('judge', 'people of the step-up benchmark')].slice(0, peopleOf.passive);
      const evaluation = await attackPeople(engine, photos, peopleOf.challenge, say);
      say('The same of the demonstration photos, which are in colour');
      const faces = await readDemoFaces(engine);
      const demonstration = await attackPeople(engine, faces, faces.length, say);
      const figures = { frames: 'synthetic', evaluation, demonstration };
      await keepFigures(out, 'presentation-attacks', figures);
      return figures;
    }),
};
