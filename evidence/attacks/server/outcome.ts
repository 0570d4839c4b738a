import { round } from '../../bench/measure.js';
import { type Finding as Came, type Row, toClaim } from '../attack.js';
import { show } from '../report.js';
import type { Size } from '../size.js';
import { hostileClasses } from './hostile.js';
import type { LoadFigures, LoadReport } from './legitimate.js';
import type { PictureFigures } from './picture-attack.js';
import type { Tally } from './siege.js';
import type { Winners } from './single-use.js';

const leastCalls: Readonly<Record<Size, number>> = { full: 10_000, quick: 1_000 };

export interface Outcome {
  readonly size: Size;
  readonly tally: Tally;
  readonly before: LoadReport;
  readonly during: LoadReport;
  readonly accepted: number;
  readonly errors: number;
  readonly shed: number;
  readonly rssGrowthMiB: number;
  /** `null` in quick mode, which sends no costly pictures. */
  readonly pictures: PictureFigures | null;
  readonly winners: Winners;
  readonly controls: { readonly asked: number; readonly refused: readonly string[] };
  readonly missing: number;
  readonly endpoints: number;
}

const shippedLimitMiB = 1_023;

const claimsOfPictures = ({ knownP99Ms, knownRefused, peakMiB }: PictureFigures) => [
  toClaim(
    'known callers: p99 with costly anonymous pictures by p99 before',
    { figure: round(knownP99Ms.during / knownP99Ms.before, 2) },
    { atMost: 2 },
  ),
  toClaim('known callers refused then', { figure: knownRefused }, { atMost: 0 }),
  toClaim('greatest memory then, MiB', { figure: Math.max(...Object.values(peakMiB)) }, { atMost: shippedLimitMiB }),
];

export function toCame(outcome: Outcome): Came {
  const { size, tally, before, during, accepted, errors, shed, rssGrowthMiB, pictures } = outcome;
  const { winners, controls, missing, endpoints } = outcome;
  const byClass = Object.fromEntries(
    hostileClasses.map((each) => [
      each,
      [...tally.met.values()].reduce((sum, classes) => sum + (classes.get(each) ?? 0), 0),
    ]),
  );
  const ratio = round(during.figures.p99Ms / before.figures.p99Ms, 2);
  const kinds = during.byKind.map(([kind, is], at) => ({ kind, was: before.byKind[at][1], is }));
  const toRow = (name: string, was: LoadFigures, is: LoadFigures): Row => [
    name,
    ...[is.requests, was.p50Ms, is.p50Ms, was.p99Ms, is.p99Ms].map(show),
    String(is.refused),
  ];
  const none = { atMost: 0 };
  return {
    figures: {
      endpoints,
      calls: tally.calls,
      byClass,
      accepted,
      serverErrors: errors,
      hangs: tally.hangs.length,
      shed,
      rssGrowthMiB,
      ...(pictures === null ? {} : { pictures: { ...pictures } }),
      legitimate: {
        ...during.figures,
        before: before.figures,
        byKind: Object.fromEntries(kinds.map(({ kind, was, is }) => [kind, { ...is, before: was }])),
      },
      races: { expected: winners.expected, won: winners.won },
      controls: { asked: controls.asked, refused: controls.refused.length },
    },
    table: [
      ['legitimate', 'requests', 'p50 ms before', 'p50 ms', 'p99 ms before', 'p99 ms', 'refused'],
      ...kinds.map(({ kind, was, is }) => toRow(kind, was, is)),
      toRow('all', before.figures, during.figures),
    ],
    claims: [
      toClaim('hostile calls', { figure: tally.calls }, { atLeast: leastCalls[size] }),
      toClaim('endpoints and classes without a call', { figure: missing }, none),
      toClaim('hostile calls accepted', { figure: accepted }, none),
      toClaim('faults in answers and log', { figure: errors }, none),
      toClaim('calls without an end', { figure: tally.hangs.length }, none),
      toClaim('legitimate requests refused', { figure: before.figures.refused + during.figures.refused }, none),
      // Quick mode runs next to other tests, which affect times and memory.
      ...(size === 'quick'
        ? []
        : [
            toClaim('legitimate requests: p99 during the attack by p99 before', { figure: ratio }, { atMost: 2 }),
            toClaim('memory growth, MiB', { figure: rssGrowthMiB }, { atMost: 256 }),
          ]),
      ...(pictures === null ? [] : claimsOfPictures(pictures)),
      toClaim('control: unusable single-use items', { figure: winners.expected - winners.won }, none),
      toClaim('control: valid requests refused', { figure: controls.refused.length }, none),
      toClaim('control: failed preparations', { figure: tally.broken.length }, none),
    ],
    skipped: [],
  };
}
