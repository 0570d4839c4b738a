import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { FaceError } from '../../errors.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import type { Binding } from '../ports.js';
import { attemptsOfAllAnonymous, attemptsOfAnonymous, attemptsOfSubject, unlockPerson } from './attempts.js';
import { capLockout, clearAttempts, countAttempt, readAttempts } from './lockout.js';

/* What anyone who comes without having passed the first factor can do against one person: so much, and no more. */

const anna = { tenant: 'work', idp: 'okta', subject: 'anna', scope: 'sign-in', accuracy: 4 } as const;
const berta = { ...anna, subject: 'berta' };
const hour = 3600;
const day = 24 * hour;

function setUp() {
  const clock = createManualClock();
  const deps = { clock, state: createSqliteState({ file: ':memory:', clock }) };
  let decided = 0;
  const from = (source: string, outcome: 'right' | 'wrong' | 'unused' = 'wrong', who: Binding = anna) =>
    countAttempt(
      attemptsOfAnonymous(who, source),
      async () => {
        if (outcome === 'unused') throw new FaceError('face_none');
        if (outcome === 'wrong') decided += 1;
        return { succeeded: outcome === 'right', result: outcome };
      },
      deps,
    ).catch((error: unknown) => {
      if (!(error instanceof FaceError)) throw error;
      return Object.assign(error, Object(error.detail));
    });
  const pass = async () => {
    const passed = await countAttempt(
      attemptsOfSubject(anna),
      async () => ({ succeeded: true, result: 'passed' }),
      deps,
    );
    await capLockout(attemptsOfAllAnonymous(anna), deps);
    return passed;
  };
  return { clock, deps, from, pass, decided: () => decided };
}

/** Addresses that share nothing. */
const address = (index: number) => `198.51.${index >> 8}.${index & 255}`;

/** Wrong faces that a person's outsiders get decided in so many seconds, from an untouched start. */
function mostAfter(seconds: number): number {
  let tries = 20;
  let at = 0;
  for (let lockedSec = 900; ; lockedSec = Math.min(2 * lockedSec, day)) {
    at += lockedSec;
    if (at > seconds || tries === 100) return tries;
    tries += 1;
  }
}

test('20 failures from different addresses lock out all anonymous callers for 15 minutes', async () => {
  const { clock, from, decided } = setUp();
  for (let index = 0; index < 300; index += 1) await from(address(index));
  expect(decided()).toBe(20);
  expect(await from(address(999), 'right')).toMatchObject({
    code: 'locked_out',
    lockout: 'outsiders',
    retryAfterSec: 900,
  });
  expect(await from(address(999), 'right', berta)).toBe('right');
  clock.advanceSec(900);
  expect(await from(address(999), 'right')).toBe('right');
});

test('one address has five attempts, also if concurrent, and does not lock out other addresses', async () => {
  const { from, decided } = setUp();
  await Promise.all(Array.from({ length: 50 }, () => from(address(1))));
  for (let tries = 0; tries < 50; tries += 1) await from(address(1));
  expect(decided()).toBe(5);
  expect(await from(address(2), 'right')).toBe('right');
});

test('60 networks of one /48 have twenty attempts in all, and the reported wait is correct', async () => {
  const { from, decided } = setUp();
  for (let network = 0; network < 60; network += 1) {
    for (let tries = 0; tries < 5; tries += 1) await from(`2001:db8:1:${(network * 256).toString(16)}::/64`);
  }
  expect(decided()).toBe(20);
  expect(await from('2001:db8:1:ffff::/64')).toMatchObject({ code: 'locked_out', retryAfterSec: 900 });
});

test('a pass refunds the failures of its own address only', async () => {
  const { from, deps, decided } = setUp();
  for (let index = 0; index < 10; index += 1) await from(address(index));
  for (let signIn = 0; signIn < 40; signIn += 1) {
    for (let tries = 0; tries < 4; tries += 1) await from('192.0.2.7');
    expect(await from('192.0.2.7', 'right')).toBe('right');
  }
  expect(await readAttempts(attemptsOfAllAnonymous(anna), deps)).toEqual({ failures: 10, lockedUntil: null });
  const before = decided();
  for (let index = 100; index < 160; index += 1) await from(address(index));
  expect(decided() - before).toBe(10);
});

test('an attempt that outlasts its window is not refunded from the next window', async () => {
  const { clock, deps, from, decided } = setUp();
  let resume = (): void => {};
  const waiting = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const slow = Array.from({ length: 10 }, (_, index) =>
    countAttempt(
      attemptsOfAnonymous(anna, address(index)),
      async () => {
        await waiting;
        return { succeeded: true, result: null };
      },
      deps,
    ),
  );
  await new Promise(setImmediate);
  clock.advanceSec(31 * day);
  resume();
  await Promise.all(slow);
  for (let index = 100; index < 160; index += 1) await from(address(index));
  expect(decided()).toBe(20);
});

describe('a hundred anonymous failures in a row', () => {
  /** As many as it takes, one whenever one is taken. */
  async function failTimes(bench: ReturnType<typeof setUp>, times: number) {
    for (let index = 0; bench.decided() < times; index += 1) {
      const refusal = await bench.from(address(index % 60_000));
      if (refusal instanceof FaceError) bench.clock.advanceSec(Object(refusal.detail).retryAfterSec);
    }
  }

  test('lock out all anonymous callers for a year', async () => {
    const bench = setUp();
    await failTimes(bench, 100);
    expect(await bench.from('192.0.2.7', 'right')).toMatchObject({ code: 'locked_out', retryAfterSec: 365 * day });
    bench.clock.advanceSec(364 * day);
    expect(await bench.from('192.0.2.7', 'right')).toMatchObject({ code: 'locked_out', lockout: 'outsiders' });
    expect(await bench.pass()).toBe('passed');
  });

  test('are reset a day after a pass of a known caller; anonymous callers then have one attempt at a time', async () => {
    const bench = setUp();
    await failTimes(bench, 100);
    await bench.pass();
    expect(await bench.from('192.0.2.7')).toMatchObject({ code: 'locked_out', retryAfterSec: day });
    bench.clock.advanceSec(day);
    expect(await bench.from('192.0.2.7')).toBe('wrong');
    expect(await bench.from('192.0.2.8')).toMatchObject({ code: 'locked_out', retryAfterSec: day });
  });

  test('are reset immediately by an administrator or a new enrolment', async () => {
    const bench = setUp();
    await failTimes(bench, 100);
    await clearAttempts([attemptsOfSubject(anna), attemptsOfAllAnonymous(anna)], bench.deps);
    expect(await bench.from('192.0.2.7', 'right')).toBe('right');
    await failTimes(bench, 126);
    // As at the very beginning: the lockouts between were forgotten too.
    expect(mostAfter(2 * day - 1)).toBe(27);
    expect(bench.decided()).toBe(126);
  });
});

test('no sequence of anonymous attempts in 30 days exceeds the documented limit, and the user always passes', async () => {
  const step = fc.record({
    source: fc.oneof(
      fc.nat(60_000).map(address),
      fc.tuple(fc.nat(3), fc.nat(65_535)).map(([site, network]) => `2001:db8:${site}:${network.toString(16)}::/64`),
    ),
    outcome: fc.constantFrom<('wrong' | 'unused')[]>('wrong', 'wrong', 'wrong', 'unused'),
    waitSec: fc.constantFrom(0, 0, 0, 1, 30, 31, 900, 1800, hour, 16 * hour, day, day + 1, 5 * day),
    atOnce: fc.constantFrom(1, 1, 4, 5, 6, 50),
    passes: fc.boolean(),
  });
  let most = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
      const { clock, deps, from, pass, decided } = setUp();
      let sinceSec = 0;
      for (const { source, outcome, waitSec, atOnce, passes } of steps) {
        if (sinceSec + waitSec >= 30 * day) break;
        sinceSec += waitSec;
        clock.advanceSec(waitSec);
        await Promise.all(Array.from({ length: atOnce }, () => from(source, outcome)));
        expect(decided()).toBeLessThanOrEqual(mostAfter(sinceSec));
        if (passes) expect(await pass()).toBe('passed');
      }
      most = Math.max(most, decided());
      await deps.state.close();
    }),
    { numRuns: 40 },
  );
  // The bound is met, or the property would say nothing.
  expect(most).toBeGreaterThanOrEqual(20);
});

describe('after an unlock', () => {
  test('every address starts at zero failures and is locked out after five again', async () => {
    const { deps, from } = setUp();
    for (let tries = 0; tries < 4; tries += 1) await from(address(1));
    for (let tries = 0; tries < 6; tries += 1) await from(address(2));
    await unlockPerson(anna, deps);
    for (const place of [1, 2]) {
      for (let tries = 0; tries < 5; tries += 1) expect(await from(address(place))).toBe('wrong');
      expect(await from(address(place))).toMatchObject({ code: 'locked_out', lockout: 'outsider' });
    }
    expect(await from(address(1), 'wrong', berta)).toBe('wrong');
  });

  test('an attempt that began before the unlock does not cause a lockout or end a later lockout', async () => {
    const { clock, deps, from } = setUp();
    for (let tries = 0; tries < 4; tries += 1) await from(address(1));
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun = (): void => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const late = countAttempt(
      attemptsOfAnonymous(anna, address(1)),
      async () => {
        begun();
        await finished;
        return { succeeded: false, result: 'wrong' };
      },
      deps,
    );
    await beginning;
    await unlockPerson(anna, deps);
    for (let tries = 0; tries < 5; tries += 1) await from(address(1));
    clock.advanceSec(60);
    finish();
    await late;
    expect(await from(address(1))).toMatchObject({ code: 'locked_out', retryAfterSec: 840 });
  });

  test('later lockouts remain after the time of the unlock has expired from the store', async () => {
    const { clock, deps, from } = setUp();
    await unlockPerson(anna, deps);
    clock.advanceSec(3 * day - 600);
    for (let tries = 0; tries < 5; tries += 1) await from(address(1));
    clock.advanceSec(700);
    expect(await from(address(1))).toMatchObject({ code: 'locked_out', lockout: 'outsider', retryAfterSec: 200 });
  });
});
