import { availableParallelism } from 'node:os';
import { table } from '../../accuracy/markdown.js';
import type { Rate } from './presentation-rates.js';
import { type Counts, toSignals, toText } from './rate-text.js';

/** What one species came to. */
type Apcer = {
  readonly inAll: Rate;
  /** Had nothing but the light been judged. */
  readonly byLight: Rate;
  readonly stoppedBy: Counts;
};

/** What `npm run eval -- light-challenge` prints. Keys are stable. */
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
    readonly gain: number;
    readonly highestApcer: { readonly species: string; readonly rate: number } | null;
    readonly apcer: Readonly<Record<string, Apcer>>;
  }[];
};

const toRow = ([name, { inAll, byLight, stoppedBy }]: readonly [string, Apcer]): string[] => [
  `\`${name}\``,
  toText(inAll),
  toText(byLight),
  toSignals(stoppedBy),
];

/** The figures as a page. */
export function toLightTables(figures: LightFigures, now: Date): string {
  const { bpcer, injections, attacks } = figures;
  const passed = ['', 'passed (APCER)', 'had the light alone been judged', 'stopped by, most often'];
  return `${[
    '# The light challenge, drawn',
    '',
    `Written by \`npm run eval -- light-challenge --out docs/accuracy\` on ${now.toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} cores. What it means is in [light.md](../light.md).`,
    '',
    '**People, attacks and light are rendered from photos: no screen shone on anybody.** Intervals are 95 % (Wilson). Gain is the light of a white screen over',
    'the room’s, on a face. How the camera changes by itself is drawn as it was measured on four clips. Where no light could be read, for want of a face say, people are',
    'left out “by the light”, and attacks count as stopped by it.',
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
    // APCER is one of a species: what all together come to is less than the worst of them.
    table(passed, Object.entries(injections.byKind).map(toRow)),
    '',
    ...attacks.flatMap(({ gain, apcer }) => [
      `## Attacks, gain ${gain}`,
      '',
      table(passed, Object.entries(apcer).map(toRow)),
      '',
    ]),
  ]
    .join('\n')
    .trimEnd()}\n`;
}
