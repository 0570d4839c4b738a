import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { numberIn, startRecoveryBench } from '../../support/benches/recovery.js';
import { findConsent } from '../enrolment/consent.js';

type Bench = Awaited<ReturnType<typeof startRecoveryBench>>;
let bench: Bench;

beforeEach(async () => {
  bench = await startRecoveryBench({ recovery: { managerClaim: 'employee_number' } });
});
afterEach(() => bench.server.stop());

/** Begins a recovery of Anna and shows her face. @returns the page */
const recover = async (thing = 'help_desk') => {
  const browser = bench.browse();
  await browser.begin('anna');
  await browser.prove(thing);
  return browser.showFace('ada');
};
const refusals = () => bench.detailsOf('recovery_refused');

describe('a face that may be new', () => {
  const anna = { connection: 'acme', subject: 'anna' };
  const loseMark = () => bench.server.deps.state.delete('enrolment-made:acme:anna');
  /** Changes her consent record. */
  const changeConsent = async (change: object) => {
    const { record } = (await findConsent(anna, bench.server.deps))!;
    await bench.server.deps.state.write(
      'consent:acme:anna',
      { ...record, ...change },
      { when: 'any', expiresAt: null },
    );
  };
  const loseConsent = () => bench.server.deps.state.delete('consent:acme:anna');
  const isTooNew = { code: 'recovery_too_soon', changed: 'face' };

  test('counts as new if the server stopped before it noted the enrolment', async () => {
    await bench.passDays(20);
    await bench.enrol('anna', 'ada');
    await loseMark();
    await bench.passDays(6);
    expect((await recover()).text).toContain('changed in the last days');
    expect(refusals()).toMatchObject([isTooNew]);
    await bench.passDays(2);
    expect(numberIn(await recover())).toMatch(/\d{4}/);
  });

  test('counts as new if the store lost its data in the last days, unless the consent to it is older', async () => {
    await bench.enrol('anna', 'ada');
    await bench.passDays(40);
    const { state, clock } = bench.server.deps;
    const epoch = clock.now();
    state.storeEpoch = async () => epoch;
    expect(numberIn(await recover())).toMatch(/\d{4}/);
    await loseConsent();
    await recover();
    expect(refusals()).toMatchObject([isTooNew]);
    await bench.passDays(8);
    expect(numberIn(await recover())).toMatch(/\d{4}/);
  });

  test('counts as new if another one consented to is known', async () => {
    await bench.enrol('anna', 'ada');
    await bench.passDays(40);
    await changeConsent({ tokenId: 'a'.repeat(22) });
    await recover();
    expect(refusals()).toMatchObject([isTooNew]);
  });

  test('counts as old if an earlier version enrolled it and the store has lost nothing', async () => {
    await bench.enrol('anna', 'ada');
    await bench.passDays(40);
    await changeConsent({ enrolledAt: null });
    expect(numberIn(await recover())).toMatch(/\d{4}/);
  });
});
