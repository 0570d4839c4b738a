import { attemptsOfAllAnonymous, attemptsOfAnonymous, attemptsOfSubject } from '../../src/core/limits/attempts.js';
import { capLockout, countAttempt } from '../../src/core/limits/lockout.js';
import type { Accuracy, Binding, State } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { createManualClock } from '../../test/support/fakes/manual-clock.js';
import { accuracies, promises } from '../measure/accuracy/bare-token.js';
import { type Attack, type Row, show, toClaim, toDigits } from './attack.js';

/* Simulates attackers who send wrong faces for one person from many addresses. */

interface Botnet {
  readonly name: string;
  addressAt(index: number): string;
  readonly addresses: number;
}

const day = 86_400;

const person: Binding = { tenant: 'work', idp: 'okta', subject: 'anna', scope: 'sign-in', accuracy: 4 };

/**
 * Opens a server's store, in which a botnet tries wrong faces.
 * @param isFormerRule - true to limit tries only by address and not also by person
 */
function openSiege({ addresses, addressAt }: Botnet, isFormerRule = false) {
  const clock = createManualClock();
  const state = createSqliteState({ file: ':memory:', clock });
  const startedAt = clock.now();
  const atSec = (): number => (clock.now() - startedAt) / 1000;
  /** Time when an address may try again, in seconds since the start, by index of the address. */
  const openAt = new Map<number, number>();
  let tries = 0;

  /**
   * Sends one wrong face.
   * @returns how long the attacker has to wait, in seconds; `null` if the server compared the face
   */
  async function tryFrom(index: number, store: State): Promise<{ waitSec: number; isForAll: boolean } | null> {
    const all = attemptsOfAnonymous(person, addressAt(index));
    const whose = isFormerRule ? all.filter(({ kind }) => kind === 'outsider').slice(-1) : all;
    try {
      await countAttempt(whose, async () => ({ succeeded: false, result: null }), { clock, state: store });
      return null;
    } catch (error) {
      if (!(error instanceof FaceError)) throw error;
      const { retryAfterSec, lockout } = Object(error.detail);
      return { waitSec: retryAfterSec, isForAll: lockout === 'outsiders' };
    }
  }

  /** @returns seconds until the first address may try again */
  async function tryAll(): Promise<number> {
    for (let index = 0; index < addresses; index += 1) {
      while ((openAt.get(index) ?? 0) <= atSec()) {
        const refusal = await tryFrom(index, state);
        if (refusal === null) tries += 1;
        else if (refusal.isForAll) return refusal.waitSec;
        else openAt.set(index, atSec() + refusal.waitSec);
      }
    }
    return Math.min(...openAt.values()) - atSec();
  }

  return {
    tries: () => tries,
    tryAll,
    async tryUntilSec(endSec: number): Promise<void> {
      while (atSec() < endSec) clock.advanceSec(Math.min(await tryAll(), endSec - atSec()));
    },
    /**
     * @param how - after a first factor, or anonymously from the person's own address
     * @returns true if the server allowed the real person's check
     */
    async pass(how: 'proven' | 'outside'): Promise<boolean> {
      const stores = { clock, state };
      const whose = how === 'proven' ? attemptsOfSubject(person) : attemptsOfAnonymous(person, '192.0.2.7');
      const right = async () => ({ succeeded: true, result: true });
      const isTaken = await countAttempt(whose, right, stores).catch(() => false);
      if (isTaken && how === 'proven') await capLockout(attemptsOfAllAnonymous(person), stores);
      return isTaken;
    },
    /** @returns the number of records that tries from the last addresses write */
    async countRecords(refused: number): Promise<number> {
      let written = 0;
      const counting =
        <Given extends unknown[], Result>(write: (...given: Given) => Result) =>
        (...given: Given): Result => {
          written += 1;
          return write(...given);
        };
      const store: State = { ...state, add: counting(state.add), write: counting(state.write) };
      for (let index = 0; index < refused; index += 1) await tryFrom(addresses - 1 - index, store);
      return written;
    },
    close: () => state.close(),
  };
}

/** Tries for some days. If the real person passes a check each day, `passes` says how. */
async function besiege(botnet: Botnet, days: number, passes: 'none' | 'proven' | 'outside', isFormerRule = false) {
  const siege = openSiege(botnet, isFormerRule);
  let refusedPasses = 0;
  for (let today = 1; today <= days; today += 1) {
    await siege.tryUntilSec(today * day);
    if (passes !== 'none' && !(await siege.pass(passes))) refusedPasses += 1;
  }
  await siege.close();
  return { tries: siege.tries(), refusedPasses };
}

async function countRecordsOfRefused(botnet: Botnet, refused: number): Promise<number> {
  const siege = openSiege(botnet);
  await siege.tryAll();
  const written = await siege.countRecords(refused);
  await siege.close();
  return written;
}

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
      const daysOf = async (days: number, passes: 'none' | 'proven' | 'outside' = 'none') =>
        (await besiege(botnet, days, passes)).tries;
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
    const { tries: formerDay } = await besiege(thousand, 1, 'none', true);
    const { refusedPasses } = await besiege(botnets[3], 365, 'proven');
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
            accuracy,
            rate: rateOf(accuracy),
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
        toClaim('days on which the person is refused, of a year of daily passes', refusedPasses, { atMost: 0 }),
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
