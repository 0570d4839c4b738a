import { availableParallelism } from 'node:os';
import type { PresentationFigures } from './presentation-figures.js';
import { passivePlots } from './presentation-plots.js';
import { percent, toSignals, toText } from './rate-text.js';

const toTable = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  `| ${head.join(' | ')} |`,
  `|${'---|'.repeat(head.length)}`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
  '',
];

function toPassiveTable({ passive }: PresentationFigures, title: string): readonly string[] {
  const bounds = Object.entries(passive.atBound);
  const [[, first]] = bounds;
  return [
    `## One picture, passive liveness: ${title}`,
    '',
    ...toTable(
      ['', ...bounds.map(([bound]) => `at ${bound}`), 'no response'],
      [
        ['**photos refused (BPCER)**', ...bounds.map(([, { bpcer }]) => toText(bpcer)), toText(passive.bpnrr)],
        ...Object.keys(first.apcer).map((species) => [
          `\`${species}\` passed (APCER)`,
          ...bounds.map(([, { apcer }]) => toText(apcer[species])),
          toText(passive.apnrr[species]),
        ]),
      ],
    ),
    `The greatest APCER: ${bounds
      .map(([bound, { highestApcer }]) =>
        highestApcer === null ? 'none' : `${percent(highestApcer.rate)} % at ${bound} (\`${highestApcer.species}\`)`,
      )
      .join(', ')}.`,
    '',
  ];
}

function toChallengeTable({ challenge }: PresentationFigures, title: string): readonly string[] {
  const { apcer, bpcer, refusedBy, stoppedBy, highestApcer } = challenge;
  return [
    `## Movement challenge: ${title}`,
    '',
    ...toTable(
      ['', 'share (95 % interval)', 'refused by, most often'],
      [
        ['**people refused (BPCER)**', toText(bpcer), toSignals(refusedBy)],
        ...Object.entries(apcer).map(([species, rate]) => [
          `\`${species}\` passed (APCER)`,
          toText(rate),
          toSignals(stoppedBy[species]),
        ]),
      ],
    ),
    `The greatest APCER: ${highestApcer === null ? 'none' : `${percent(highestApcer.rate)} % (\`${highestApcer.species}\`)`}.`,
    '',
  ];
}

export function toTables(evaluation: PresentationFigures, demonstration: PresentationFigures, at: Date): string {
  const grey = `evaluation people, ${evaluation.blackAndWhite.hits} of ${evaluation.blackAndWhite.trials} photos black and white`;
  const colour = 'the demonstration photos, in colour';
  return [
    '# Presentation attacks, synthetic',
    '',
    `Written by \`npm run eval -- presentation-attacks --out docs/accuracy\` on ${at.toISOString().slice(0, 10)}, ` +
      `Node ${process.versions.node}, ${availableParallelism()} cores. What it means is in [liveness.md](../liveness.md).`,
    '',
    '**All attacks and all challenges are rendered from photos; no real print or screen was used.** Terms are those of',
    'ISO/IEC 30107-3: APCER of each species by itself, BPCER, and non-response rates. Intervals are 95 % (Wilson).',
    '',
    ...toChallengeTable(evaluation, grey),
    '![Movement challenge, synthetic frames](movement-challenge.svg)',
    '',
    ...toChallengeTable(demonstration, colour),
    ...toPassiveTable(evaluation, grey),
    ...passivePlots.flatMap(({ name }) => [
      `![Passive liveness on one picture, synthetic ${name}](passive-liveness-${name}.svg)`,
      '',
    ]),
    ...toPassiveTable(demonstration, colour),
  ].join('\n');
}
