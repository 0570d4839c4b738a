import type { Accuracy } from '../../src/core/ports.js';
import { accuracies, promises } from '../../src/extensions/measuring/accuracy/bare-token.js';
import { type Attack, type Row, toClaim, toDigits } from './attack.js';
import { type Botnet, countRecordsOfRefused, triesOf } from './botnet.js';
import { show } from './report.js';

const botnets: readonly Botnet[] = [
  { name: '1 address', addressAt: () => ipv4(0), addresses: 1 },
  { name: '10 addresses', addressAt: ipv4, addresses: 10 },
  { name: '1,000 addresses', addressAt: ipv4, addresses: 1_000 },
  { name: '1,000,000 addresses', addressAt: ipv4, addresses: 1_000_000 },
  {
    name: 'one IPv6 /48',
    addressAt: (index) => `2001:db8:1:${index.toString(16)}::/64`,
    addresses: 65_536,
  },
];

function ipv4(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}

const rateOf = (accuracy: Accuracy): number =>
  promises.find((promise) => promise.accuracy === accuracy)?.falseMatchRate ?? Number.NaN;

const isShown = (accuracy: Accuracy): boolean => [1, 4, 8].includes(accuracy);

/** False match rate between photos of one source, as a multiple of the rate over all photos (docs/accuracy.md). */
const timesWithinSource = 3;

const chanceOf = (rate: number, tries: number): number => -Math.expm1(tries * Math.log1p(-rate));

const percent = (share: number): string => `${show(100 * share)} %`;

const people = 1_000;
const pins = 1_000_000;

export const outsiders: Attack = {
  about: 'many addresses and a name: how many faces, or PINs behind a known face, are tried at one person?',
  async run({ size, say }) {
    const measure = async (botnet: Botnet) => {
      say(`${botnet.name}…`);
      const daysOf = (days: number, passes: 'none' | 'proven' | 'outside' = 'none') =>
        triesOf(botnet, { days, passes });
      return {
        name: botnet.name,
        firstDay: await daysOf(1),
        usualDay: (await daysOf(31)) - (await daysOf(30)),
        year: await daysOf(365),
        yearProven: await daysOf(365, 'proven'),
        yearOutside: await daysOf(365, 'outside'),
      };
    };
    const found: Awaited<ReturnType<typeof measure>>[] = [];
    for (const botnet of botnets) found.push(await measure(botnet));
    const [, , thousand] = botnets;
    const formerDay = await triesOf(thousand, { days: 1, passes: 'none', isFormerRule: true });
    const mostOf = (name: 'firstDay' | 'usualDay' | 'year' | 'yearProven' | 'yearOutside'): number =>
      Math.max(...found.map((each) => each[name]));
    const most = {
      firstDay: mostOf('firstDay'),
      usualDay: mostOf('usualDay'),
      year: Math.max(mostOf('year'), mostOf('yearOutside')),
      yearProven: mostOf('yearProven'),
    };
    const horizons = [...Object.values(most), formerDay];
    const records = await countRecordsOfRefused(botnets[3], size === 'full' ? 1_000_000 : 1_000);
    const rowOf = (name: string, tell: (tries: number) => number): Row => [
      name,
      ...horizons.map((tries) => percent(tell(tries))),
    ];
    return {
      figures: {
        tries: found,
        former: { addresses: thousand.addresses, firstDay: formerDay },
        levels: accuracies.map((accuracy) => {
          const chanceIn = (tries: number): number => toDigits(chanceOf(rateOf(accuracy), tries));
          return {
            ...{ accuracy, rate: rateOf(accuracy) },
            ...Object.fromEntries(Object.entries(most).map(([name, tries]) => [name, chanceIn(tries)])),
            anyOfThousandFirstDay: chanceIn(most.firstDay * people),
            former: chanceIn(formerDay),
          };
        }),
        recordsOfRefused: records,
        yearsToHalfOfPins: toDigits(pins / 2 / most.yearProven),
      },
      table: [
        [
          'tries, or chance with a rate',
          'first day',
          'later days',
          'a year',
          'a year, person passes daily',
          'first day, without a total',
        ],
        ...found.map(({ name, firstDay, usualDay, year, yearProven }) => [
          `tries from ${name}`,
          ...[firstDay, usualDay, year, yearProven].map(String),
          name === thousand.name ? String(formerDay) : '',
        ]),
        ...accuracies.map((accuracy) =>
          rowOf(`level ${accuracy}: ${show(rateOf(accuracy))}`, (tries) => chanceOf(rateOf(accuracy), tries)),
        ),
        ...accuracies.filter(isShown).map((accuracy) => {
          const rate = timesWithinSource * rateOf(accuracy);
          return rowOf(`level ${accuracy}, alike: ${show(rate)}`, (tries) => chanceOf(rate, tries));
        }),
        ...accuracies
          .filter(isShown)
          .map((accuracy) =>
            rowOf(`level ${accuracy}, 1,000 people`, (tries) => chanceOf(rateOf(accuracy), tries * people)),
          ),
        rowOf('six-digit PIN, known face', (tries) => Math.min(1, tries / pins)),
      ],
      claims: [
        toClaim('tries at one person on the first day, a million addresses', most.firstDay, { atMost: 26 }),
        toClaim('each day after', most.usualDay, { atMost: 1 }),
        toClaim('in a row, in a year', most.year, { atMost: 100 }),
        toClaim('in a year in which the person passes daily', most.yearProven, { atMost: 20 + 7 + 365 }),
        toClaim('first day, one /48 of IPv6', found[4].firstDay, { atMost: found[3].firstDay }),
        toClaim(
          `records left by refused tries from ${size === 'full' ? 'a million' : 'a thousand'} further addresses`,
          records,
          { atMost: 0 },
        ),
        toClaim(
          'days on which the person is refused, of a year of daily passes',
          await triesOf(botnets[3], { days: 365, passes: 'proven', count: 'refusedPasses' }),
          { atMost: 0 },
        ),
        toClaim('level 4: chance that a stranger passes, first day', toDigits(chanceOf(rateOf(4), most.firstDay)), {
          atMost: 0.003,
        }),
        toClaim('limit: level 1: the same', toDigits(chanceOf(rateOf(1), most.firstDay)), { atLeast: 0.2 }),
        toClaim(
          'limit: level 4: the same, as any of 1,000 people',
          toDigits(chanceOf(rateOf(4), most.firstDay * people)),
          { atLeast: 0.5 },
        ),
        toClaim('years to try half of all six-digit PINs', toDigits(pins / 2 / most.yearProven), { atLeast: 100 }),
        toClaim(
          'control: level 4, first day, without a total, 1,000 addresses',
          toDigits(chanceOf(rateOf(4), formerDay)),
          { atLeast: 0.5 },
        ),
      ],
      skipped: [],
    };
  },
};
