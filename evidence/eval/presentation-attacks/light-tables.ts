import { availableParallelism } from 'node:os';
import { table } from '../../accuracy/markdown.js';
import type { matchByChance, measureRecognition, measureSameFace } from './light-on-faces.js';
import type { Rate } from './presentation-rates.js';
import { type Counts, toSignals, toText } from './rate-text.js';

type Apcer = {
  readonly inAll: Rate;
  readonly byLight: Rate;
  readonly withoutLight: Rate;
  readonly stoppedBy: Counts;
};

/** JSON output of `npm run eval -- light-challenge`, with stable property names. */
export type LightFigures = {
  readonly frames: 'synthetic';
  readonly bpcer: readonly {
    readonly gain: number;
    readonly axis: string;
    readonly byLight: Rate;
    readonly inAll: Rate;
    readonly refusedBy: Counts;
  }[];
  readonly injections: Apcer & { readonly gain: number; readonly byKind: Readonly<Record<string, Apcer>> };
  readonly attacks: readonly {
    readonly axis: string;
    readonly gain: number;
    readonly highestApcer: { readonly species: string; readonly rate: number } | null;
    readonly apcer: Readonly<Record<string, Apcer>>;
  }[];
  readonly blackAndWhite: Rate;
  readonly recognition: Awaited<ReturnType<typeof measureRecognition>>;
  readonly sameFace: Awaited<ReturnType<typeof measureSameFace>>;
  readonly chanceRow: ReturnType<typeof matchByChance>;
};

const toRow = ([name, { inAll, byLight, withoutLight, stoppedBy }]: readonly [string, Apcer]): string[] => [
  `\`${name}\``,
  toText(inAll),
  toText(byLight),
  toText(withoutLight),
  toSignals(stoppedBy),
];

const hitsOf = ({ hits, trials }: Rate): string => `${hits} of ${trials.toLocaleString('en')}`;

export function toLightTables(figures: LightFigures, now: Date): string {
  const { bpcer, injections, attacks, blackAndWhite, recognition, sameFace, chanceRow } = figures;
  const passed = ['', 'passed (APCER)', 'by the light alone', 'without the light', 'stopped by, most often'];
  return `${[
    '# The light challenge, drawn',
    '',
    `Written by \`npm run eval -- light-challenge --out docs/accuracy\` on ${now.toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} cores. What it means is in [light.md](../light.md).`,
    '',
    '**People, attacks and light are rendered from photos: no screen shone on anybody.** Intervals are 95 % (Wilson). Gain is the light of a white screen over',
    'the room’s, on a face. How the camera changes by itself is drawn as it was measured on four clips. Where no light could be read, for want of a face say, people are',
    'left out “by the light”, and attacks count as stopped by it.',
    '',
    `Of the people, ${hitsOf(blackAndWhite)} are in black and white; the others are in colour. \`across\` is a laptop’s screen with its halves left and right, \`down\` a phone’s with one half above the other.`,
    '',
    '## People refused (BPCER)',
    '',
    table(
      ['gain', 'halves', 'by the light', 'in all, movements too', 'refused by, most often'],
      bpcer.map(({ gain, axis, byLight, inAll, refusedBy }) => [
        String(gain),
        axis,
        toText(byLight),
        toText(inAll),
        toSignals(refusedBy),
      ]),
    ),
    '',
    `## Injections, gain ${injections.gain}`,
    '',
    'Every frame is perfect but for its light.',
    '',
    // No APCER over all species is printed, because it would be lower than the APCER of the worst species.
    table(passed, Object.entries(injections.byKind).map(toRow)),
    '',
    ...attacks.flatMap(({ axis, gain, apcer }) => [
      `## Attacks, ${axis}, gain ${gain}`,
      '',
      table(passed, Object.entries(apcer).map(toRow)),
      '',
    ]),
    '## Other figures',
    '',
    `Recognition, ${recognition.people} people under each of the six colours against a picture without light (cosine): ${recognition.byGain
      .map(({ gain, median, least }) => `at a gain of ${gain} median ${median}, least ${least}`)
      .join('; ')}.`,
    '',
    `\`light_same_face\`, two pictures of one pose at a gain of 0.15: of ${sameFace.people} people the least is ${sameFace.least}; of ${sameFace.strangerPairs.toLocaleString('en')} pairs of strangers the greatest is ${sameFace.strangersMostAlike}, and ${hitsOf(sameFace.strangersTaken)} reach the bound.`,
    '',
    `\`light_match\`: a face that another row lit, without noise, passes once in ${chanceRow.oneIn.toLocaleString('en')} rows (${chanceRow.hits} of ${chanceRow.trials.toLocaleString('en')}).`,
  ]
    .join('\n')
    .trimEnd()}\n`;
}
