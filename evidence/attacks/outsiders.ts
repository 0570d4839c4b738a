import { attemptsOfAllAnonymous, attemptsOfAnonymous, attemptsOfSubject } from '../../src/core/limits/attempts.js';
import { capLockout, countAttempt } from '../../src/core/limits/lockout.js';
import type { Accuracy, Binding } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { accuracies, promises } from '../measure/accuracy/bare-token.js';
import { round } from '../measure/statistics/proportion.js';
import { type Attack, type Row, show, toClaim } from './attack.js';

/* Simulates attackers who send wrong faces for one person from many addresses. */

interface Botnet {
  readonly name: string;
  addressAt(index: number): string;
  readonly addresses: number;
}

const day = 86_400;

const person: Binding = { tenant: 'work', idp: 'okta', subject: 'anna', scope: 'sign-in', accuracy: 4 };

/** Opens a server's store, in which a botnet tries wrong faces. */
function openSiege({ addresses, addressAt }: Botnet) {
  const clock = createManualClock();
  const stores = { clock, state: createSqliteState({ file: ':memory:', clock }) };
  const startedAt = clock.now();
  const atSec = (): number => (clock.now() - startedAt) / 1000;
  /** Time when an address may try again, in seconds since the start, by index of the address. */
  const openAt = new Map<number, number>();
  let tries = 0;

  /**
   * Sends one wrong face.
   * @returns how long the attacker has to wait, in seconds; `null` if the server compared the face
   */
  async function tryFrom(index: number): Promise<{ waitSec: number; isForAll: boolean } | null> {
    try {
      const whose = attemptsOfAnonymous(person, addressAt(index));
      await countAttempt(whose, async () => ({ succeeded: false, result: null }), stores);
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
        const refusal = await tryFrom(index);
        if (refusal === null) tries += 1;
        else if (refusal.isForAll) return refusal.waitSec;
        else openAt.set(index, atSec() + refusal.waitSec);
      }
    }
    return Math.min(...openAt.values()) - atSec();
  }

  return {
    tries: () => tries,
    async tryUntilSec(endSec: number): Promise<void> {
      while (atSec() < endSec) clock.advanceSec(Math.min(await tryAll(), endSec - atSec()));
    },
    /** @returns true if the server allowed the real person's check after a first factor */
    async pass(): Promise<boolean> {
      const right = async () => ({ succeeded: true, result: true });
      const isTaken = await countAttempt(attemptsOfSubject(person), right, stores).catch(() => false);
      if (isTaken) await capLockout(attemptsOfAllAnonymous(person), stores);
      return isTaken;
    },
    close: () => stores.state.close(),
  };
}

/** Tries for some days, on each of which the real person may pass a check. */
async function besiege(botnet: Botnet, days: number, passesDaily = false) {
  const siege = openSiege(botnet);
  let refusedPasses = 0;
  for (let today = 1; today <= days; today += 1) {
    await siege.tryUntilSec(today * day);
    if (passesDaily && !(await siege.pass())) refusedPasses += 1;
  }
  await siege.close();
  return { tries: siege.tries(), refusedPasses };
}

const ipv4 = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;

const botnets: readonly Botnet[] = [
  { name: '1 address', addressAt: ipv4, addresses: 1 },
  { name: '10 addresses', addressAt: ipv4, addresses: 10 },
  { name: '1,000 addresses', addressAt: ipv4, addresses: 1_000 },
  { name: '1,000,000 addresses', addressAt: ipv4, addresses: 1_000_000 },
  { name: 'one IPv6 /48', addressAt: (index) => `2001:db8:1:${index.toString(16)}::/64`, addresses: 65_536 },
];

const rateOf = (accuracy: Accuracy): number =>
  promises.find((promise) => promise.accuracy === accuracy)?.falseMatchRate ?? Number.NaN;

const chanceOf = (accuracy: Accuracy, tries: number): number => -Math.expm1(tries * Math.log1p(-rateOf(accuracy)));

const people = 1_000;

async function countTries(botnet: Botnet) {
  const triesOf = async (days: number): Promise<number> => (await besiege(botnet, days)).tries;
  const { tries: yearProven, refusedPasses } = await besiege(botnet, 365, true);
  return {
    tries: [await triesOf(1), (await triesOf(31)) - (await triesOf(30)), await triesOf(365), yearProven],
    refusedPasses,
  };
}

export const outsiders: Attack = {
  about: 'many addresses and a name: how many faces are tried at one person?',
  async run({ say }) {
    const found: (Awaited<ReturnType<typeof countTries>> & { readonly name: string })[] = [];
    for (const botnet of botnets) {
      say(`${botnet.name}…`);
      found.push({ name: botnet.name, ...(await countTries(botnet)) });
    }
    const most = [0, 1, 2, 3].map((horizon) => Math.max(...found.map(({ tries }) => tries[horizon])));
    const [firstDay, usualDay, year, yearProven] = most;
    const rowOf = (name: string, tell: (tries: number) => number): Row => [
      name,
      ...most.map((tries) => `${show(100 * tell(tries))} %`),
    ];
    return {
      table: [
        ['tries, or chance with a rate', 'first day', 'later days', 'a year', 'a year, person passes daily'],
        ...found.map(({ name, tries }) => [`tries from ${name}`, ...tries.map(String)]),
        ...accuracies.map((accuracy) =>
          rowOf(`level ${accuracy}: ${show(rateOf(accuracy))}`, (tries) => chanceOf(accuracy, tries)),
        ),
        ...([1, 4, 8] as const).map((accuracy) =>
          rowOf(`level ${accuracy}, 1,000 people`, (tries) => chanceOf(accuracy, tries * people)),
        ),
      ],
      claims: [
        toClaim('tries at one person on the first day, of any botnet', firstDay, { atMost: 26 }),
        toClaim('each day after', usualDay, { atMost: 1 }),
        toClaim('in a row, in a year', year, { atMost: 100 }),
        toClaim('in a year in which the person passes daily', yearProven, { atMost: 20 + 7 + 365 }),
        toClaim(
          'days on which the person is refused, of a year of daily passes',
          Math.max(...found.map(({ refusedPasses }) => refusedPasses)),
          { atMost: 0 },
        ),
        toClaim('level 4: chance that a stranger passes, first day', round(chanceOf(4, firstDay)), {
          atMost: 0.003,
        }),
        toClaim('limit: level 1: the same', round(chanceOf(1, firstDay)), { atLeast: 0.2 }),
        toClaim('limit: level 4: the same, as any of 1,000 people', round(chanceOf(4, firstDay * people)), {
          atLeast: 0.5,
        }),
      ],
      skipped: [],
    };
  },
};
