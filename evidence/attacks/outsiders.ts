import type { Accuracy } from '../../src/core/ports.js';
import { accuracies, promises } from '../accuracy/bare-token.js';
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

const rates: ReadonlyMap<Accuracy, number> = new Map(
  promises.map(({ accuracy, falseMatchRate }) => [accuracy, falseMatchRate]),
);

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
    const alikeRates = new Map([...rates].map(([accuracy, rate]) => [accuracy, timesWithinSource * rate] as const));
    const found = [];
    for (const botnet of botnets) {
      say(`${botnet.name}…`);
      found.push({
        name: botnet.name,
        firstDay: await triesOf(botnet, { days: 1, passes: 'none' }),
        usualDay:
          (await triesOf(botnet, { days: 31, passes: 'none' })) - (await triesOf(botnet, { days: 30, passes: 'none' })),
        year: await triesOf(botnet, { days: 365, passes: 'none' }),
        yearProven: await triesOf(botnet, { days: 365, passes: 'proven' }),
        yearOutside: await triesOf(botnet, { days: 365, passes: 'outside' }),
      });
    }
    const [, , thousand] = botnets;
    const formerDay = await triesOf(thousand, { days: 1, passes: 'none', isFormerRule: true });
    const most = {
      firstDay: Math.max(...found.map(({ firstDay }) => firstDay)),
      usualDay: Math.max(...found.map(({ usualDay }) => usualDay)),
      year: Math.max(...found.map(({ year, yearOutside }) => Math.max(year, yearOutside))),
      yearProven: Math.max(...found.map(({ yearProven }) => yearProven)),
    };
    const horizons = [most.firstDay, most.usualDay, most.year, most.yearProven, formerDay];
    const records = await countRecordsOfRefused(botnets[3], size === 'full' ? 1_000_000 : 1_000);
    const rowOf = (name: string, tell: (tries: number) => number): Row => [
      name,
      ...horizons.map((tries) => percent(tell(tries))),
    ];
    const rateOf = (accuracy: Accuracy): number => rates.get(accuracy) ?? Number.NaN;
    return {
      figures: {
        tries: found,
        former: { addresses: thousand.addresses, firstDay: formerDay },
        levels: accuracies.map((accuracy) => ({
          accuracy,
          rate: rateOf(accuracy),
          firstDay: toDigits(chanceOf(rateOf(accuracy), most.firstDay)),
          usualDay: toDigits(chanceOf(rateOf(accuracy), most.usualDay)),
          year: toDigits(chanceOf(rateOf(accuracy), most.year)),
          yearProven: toDigits(chanceOf(rateOf(accuracy), most.yearProven)),
          anyOfThousandFirstDay: toDigits(chanceOf(rateOf(accuracy), most.firstDay * people)),
          former: toDigits(chanceOf(rateOf(accuracy), formerDay)),
        })),
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
        ...[...alikeRates]
          .filter(([accuracy]) => isShown(accuracy))
          .map(([accuracy, rate]) =>
            rowOf(`level ${accuracy}, alike: ${show(rate)}`, (tries) => chanceOf(rate, tries)),
          ),
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
