import { attacks } from '../../../test/face-video/index.js';
import { proportion, toJson } from '../../statistics/proportion.js';
import { countSignals, type JudgedChallenge } from './judged-challenges.js';
import { type PassiveScores, shownBounds } from './passive-attacks.js';
import { type Rate, toApcer, toBpcer, toHighest, toNonResponseRate } from './presentation-rates.js';

const mapEach = <From, To>(entries: Iterable<readonly [string, From]>, to: (value: From) => To): Record<string, To> =>
  Object.fromEntries([...entries].map(([name, value]) => [name, to(value)]));

/** Computes error rates of passive liveness. A picture without exactly one face is a non-response. */
export function toPassiveFigures({ genuine, bySpecies }: PassiveScores) {
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
export function toChallengeFigures(judged: readonly JudgedChallenge[]) {
  const of = (species: string) => judged.filter((each) => each.species === species);
  const rate = (species: string, pass: boolean): Rate =>
    toJson(proportion(of(species).filter((each) => each.pass === pass).length, of(species).length));
  const apcer = Object.fromEntries(attacks.map(({ name }) => [name, rate(name, true)]));
  return {
    people: of('genuine').length,
    bpcer: rate('genuine', false),
    refusedBy: countSignals(of('genuine')),
    highestApcer: toHighest(apcer),
    apcer,
    stoppedBy: Object.fromEntries(attacks.map(({ name }) => [name, countSignals(of(name))])),
  };
}

export interface PresentationFigures {
  readonly blackAndWhite: Rate;
  readonly passive: ReturnType<typeof toPassiveFigures>;
  readonly challenge: ReturnType<typeof toChallengeFigures>;
}
