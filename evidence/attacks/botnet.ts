import { attemptsOfOutsider, attemptsOfOutsiders, attemptsOfSubject } from '../../src/core/limits/attempts.js';
import { capLockout, countAttempt } from '../../src/core/limits/lockout.js';
import type { Binding, State } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { createManualClock } from '../../test/manual-clock.js';

/* Simulates attackers who send wrong faces for one person from many addresses. */

export interface Botnet {
  readonly name: string;
  addressAt(index: number): string;
  readonly addresses: number;
}

export interface Run {
  readonly days: number;
  /**
   * How the real person passes a check each day: after a first factor (`proven`), or anonymously from their own address
   * (`outside`).
   */
  readonly passes: 'none' | 'proven' | 'outside';
  /** True to limit tries only by address and not also by person. */
  readonly isFormerRule?: boolean;
  readonly count?: 'tries' | 'refusedPasses';
}

const day = 86_400;

const person: Binding = { tenant: 'work', idp: 'okta', subject: 'anna', scope: 'sign-in', accuracy: 4 };

interface Stores {
  readonly clock: ReturnType<typeof createManualClock>;
  readonly state: State;
}

const openStores = (): Stores => {
  const clock = createManualClock();
  return { clock, state: createSqliteState({ file: ':memory:', clock }) };
};

/**
 * Sends one wrong face.
 * @returns how long the attacker has to wait, in seconds; `null` if the server compared the face
 */
async function tryFrom(
  address: string,
  isFormerRule: boolean,
  stores: Stores,
): Promise<{ readonly waitSec: number; readonly isForAll: boolean } | null> {
  const all = attemptsOfOutsider(person, address);
  const whose = isFormerRule ? all.filter(({ kind }) => kind === 'outsider').slice(-1) : all;
  try {
    await countAttempt(whose, async () => ({ succeeded: false, result: null }), stores);
    return null;
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    const { retryAfterSec, lockout } = Object(error.detail);
    return { waitSec: retryAfterSec, isForAll: lockout === 'outsiders' };
  }
}

export async function triesOf(botnet: Botnet, run: Run): Promise<number> {
  const stores = openStores();
  const { clock } = stores;
  const isFormerRule = run.isFormerRule ?? false;
  const startedAt = clock.now();
  const passed = { tries: 0, refusedPasses: 0 };
  /** Time when an address may try again, in seconds since the start, by index of the address. */
  const openAt = new Map<number, number>();
  const atSec = (): number => (clock.now() - startedAt) / 1000;
  for (let today = 0; today < run.days; today += 1) {
    const endSec = (today + 1) * day;
    while (atSec() < endSec) {
      const waitSec = await tryAll(botnet, { openAt, atSec: atSec(), isFormerRule, passed }, stores);
      clock.advanceSec(Math.min(waitSec, endSec - atSec()));
    }
    if (run.passes !== 'none' && !(await pass(run.passes, stores))) passed.refusedPasses += 1;
  }
  await stores.state.close();
  return passed[run.count ?? 'tries'];
}

/** @returns seconds until the first address may try again */
async function tryAll(
  { addresses, addressAt }: Botnet,
  told: {
    readonly openAt: Map<number, number>;
    readonly atSec: number;
    readonly isFormerRule: boolean;
    readonly passed: { tries: number };
  },
  stores: Stores,
): Promise<number> {
  const { openAt, atSec, isFormerRule, passed } = told;
  for (let index = 0; index < addresses; index += 1) {
    while ((openAt.get(index) ?? 0) <= atSec) {
      const refusal = await tryFrom(addressAt(index), isFormerRule, stores);
      if (refusal === null) passed.tries += 1;
      else if (refusal.isForAll) return refusal.waitSec;
      else openAt.set(index, atSec + refusal.waitSec);
    }
  }
  return Math.min(...openAt.values()) - atSec;
}

/** @returns true if the server allowed the real person's check */
async function pass(how: 'proven' | 'outside', stores: Stores): Promise<boolean> {
  const whose = how === 'proven' ? attemptsOfSubject(person) : attemptsOfOutsider(person, '192.0.2.7');
  const isTaken = await countAttempt(whose, async () => ({ succeeded: true, result: true }), stores).catch(() => false);
  if (isTaken && how === 'proven') await capLockout(attemptsOfOutsiders(person), stores);
  return isTaken;
}

export async function countRecordsOfRefused(botnet: Botnet, refused: number): Promise<number> {
  const stores = openStores();
  const once = { openAt: new Map<number, number>(), atSec: 0, isFormerRule: false, passed: { tries: 0 } };
  await tryAll(botnet, once, stores);
  let written = 0;
  const state: State = {
    ...stores.state,
    add: (...given) => {
      written += 1;
      return stores.state.add(...given);
    },
    write: (...given) => {
      written += 1;
      return stores.state.write(...given);
    },
  };
  for (let index = 0; index < refused; index += 1) {
    await tryFrom(botnet.addressAt(botnet.addresses - 1 - index), false, { ...stores, state });
  }
  await stores.state.close();
  return written;
}
