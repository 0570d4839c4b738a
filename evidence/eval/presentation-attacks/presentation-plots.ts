import { toDetSvg } from '../../plots/det-plot.js';
import { drawRatePlot } from '../../plots/rate-plot.js';
import { type PassiveScores, shownBounds } from './passive-attacks.js';
import { type Rate, toApcer, toBpcer, toDetPoints } from './presentation-rates.js';

interface PassivePlot {
  readonly name: string;
  readonly species: readonly string[];
}

export const passivePlots: readonly PassivePlot[] = [
  { name: 'stills', species: ['still', 'warpedStill', 'printFine', 'printMedium', 'printCoarse'] },
  { name: 'sheets', species: ['printEdge', 'printGlare', 'bentPrint', 'cutOut'] },
  { name: 'screens', species: ['screenFine', 'screenNear', 'screenCoarse', 'screenBezel', 'screenWashedOut'] },
];

export function drawPassive({ genuine, bySpecies }: PassiveScores, plot: PassivePlot): string {
  return toDetSvg({
    title: 'Passive liveness on one picture: synthetic attacks, real photos',
    xLabel: 'BPCER: photos of people that were refused',
    yLabel: 'APCER: attacks that passed',
    x: [0.005, 1],
    y: [0.005, 1],
    legend: 'bottomLeft',
    series: plot.species.map((name, at) => {
      const attack = bySpecies.get(name) ?? [];
      const points = shownBounds.flatMap((bound) => {
        const [bpcer, apcer] = [toBpcer(genuine, bound), toApcer(attack, bound)];
        // Only the first point has a label, because all points have the same threshold.
        return bpcer === null || apcer === null
          ? []
          : [{ x: bpcer.rate, y: apcer.rate, label: at === 0 ? String(bound) : '' }];
      });
      return { name, curve: toDetPoints(genuine, attack), points };
    }),
  });
}

export function drawChallenge(figures: {
  readonly people: number;
  readonly bpcer: Rate;
  readonly apcer: Readonly<Record<string, Rate>>;
}): string {
  return drawRatePlot({
    title: `Movement challenge, synthetic frames of ${figures.people} people, bounds as shipped`,
    xLabel: 'Attacks that passed (APCER) and people who were refused (BPCER), with 95 % intervals',
    rows: [...Object.entries(figures.apcer), ['people (BPCER)', figures.bpcer] as const].map(
      ([name, { rate, interval }]) => ({ name, rate, interval: [interval[0], interval[1]] }),
    ),
  });
}
