import { toTableLines } from '../../../src/cli/table.js';
import type { PresenceRate, PresenceReport } from '../accuracy/presence-report.js';

export interface RenderedReport extends PresenceReport {
  readonly judge: string;
  readonly date: string;
  readonly notDone: number;
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))}`;
const widerOf = ({ interval, intervalByPerson }: PresenceRate): readonly [number, number] => [
  Math.min(interval[0], intervalByPerson[0]),
  Math.max(interval[1], intervalByPerson[1]),
];
const range = ([low, high]: readonly [number, number]): string => `${percent(low)} to ${percent(high)} %`;

const toCells = (rate: PresenceRate | null): string[] =>
  rate === null
    ? ['–', '', '', '', '']
    : [
        `${percent(rate.rate)} %`,
        `${rate.errors} of ${rate.presentations}`,
        range(rate.interval),
        range(rate.intervalByPerson),
        String(rate.people),
      ];

const countOf = (rate: PresenceRate | null): string =>
  rate === null ? '–' : `${rate.errors} of ${rate.presentations}`;

const signalsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .slice(0, 3)
    .map(([signal, count]) => `${signal} ${count}`)
    .join(', ');

export function toReportLines(report: RenderedReport): readonly string[] {
  const { apcer, attacks, live, bpcer, bpnrr, people, presentations, notDone, judge, date } = report;
  const intervals = ['95 %, each by itself', '95 %, by person', 'people'];
  const rows = Object.entries(attacks).map(([species, each]) => [
    species,
    ...toCells(each.apcer),
    countOf(each.apnrr),
    signalsOf(each.refusedBy),
  ]);
  const conditions = [
    ...Object.entries(live.byCondition).map(([name, rate]) => ['live', name, ...toCells(rate).slice(1, 3)]),
    ...Object.entries(attacks).flatMap(([species, { byCondition }]) =>
      Object.entries(byCondition).map(([name, rate]) => [species, name, ...toCells(rate).slice(1, 3)]),
    ),
  ];
  return [
    `Judge ${judge}, ${date}: ${presentations} presentations, ${people} people. Left out as not done: ${notDone}.`,
    '',
    `APCER ${apcer === null ? '–: no attack got a response' : `${percent(apcer.rate)} % (${apcer.species}): ${countOf(apcer)}, ${range(widerOf(apcer))}`}`,
    `BPCER ${bpcer === null ? '–: no person got a response' : `${percent(bpcer.rate)} %: ${countOf(bpcer)}, ${range(widerOf(bpcer))}`}`,
    '',
    ...toTableLines(['attacks that passed', 'APCER', 'of', ...intervals, 'APNRR', 'refused by'], rows),
    '',
    ...toTableLines(
      ['people refused', 'BPCER', 'of', ...intervals, 'BPNRR', 'refused by'],
      [['live', ...toCells(bpcer), countOf(bpnrr), signalsOf(live.refusedBy)]],
    ),
    '',
    ...toTableLines(['by light and device', '', 'errors', '95 %, each by itself'], conditions),
    '',
    'APCER is that of the species that passes most often; if several pass equally often, that of the least tested one. Intervals are',
    'exact (Clopper and Pearson). "By person": several presentations of one person or instrument tell little more than one, so they count as',
    'the fewer that they are worth (Korn and Graubard). The two figures on top have the wider interval.',
    'Small counts prove little: where 0 of n passed, one test in twenty would look so even at a true rate of 3 in n.',
    'These are figures of your people, instruments and devices. They are not a certificate, and no certificate follows from them.',
  ];
}
