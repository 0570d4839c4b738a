import { beforeEach, describe, expect, test } from '@jest/globals';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { numberIn, secondMailbox, startRecoveryBench } from '../../support/benches/recovery.js';
import { loginOf } from '../../support/fakes/simulated-profile.js';
import { findConsent } from '../enrolment/consent.js';
import { noteContacts, readContacts } from './contacts.js';

type Bench = Awaited<ReturnType<typeof startRecoveryBench>>;
let bench: Bench;

beforeEach(async () => {
  bench = await startRecoveryBench({ recovery: { managerClaim: 'employee_number' } });
});

/** Begins a recovery of Anna and shows her face. @returns the page */
const recover = async (thing = 'help_desk') => {
  const browser = bench.browse();
  await browser.begin('anna');
  await browser.prove(thing);
  return browser.showFace('ada');
};
const refusals = () => bench.detailsOf('recovery_refused');

test('a phone that a claim names is the same phone in every spelling', async () => {
  const recovery = bench.connection.recovery!;
  const policy = { ...recovery.policy, phoneClaim: 'employee_number' };
  const connection = { ...bench.connection, recovery: { ...recovery, policy } };
  for (const employee_number of ['+491701234567', '+49 (0)170 / 123-45.67']) {
    bench.profile.details.set('anna', { employee_number });
    expect(await readContacts({ connection, subject: 'anna' })).toMatchObject({ phone: '+491701234567' });
  }
});

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

test('an account that a transmitter reported as changed is not recovered for days', async () => {
  await bench.enrol('anna', 'ada');
  await bench.passDays(20);
  await noteContacts({ connection: 'acme', subject: 'anna' }, { account: 'jti' }, bench.server.deps);
  await bench.passDays(6);
  expect((await recover()).text).toContain('changed in the last days');
  expect(refusals()).toMatchObject([{ code: 'recovery_too_soon', changed: 'account' }]);
  await bench.passDays(2);
  expect(numberIn(await recover())).toMatch(/\d{4}/);
});

describe('a manager who may be new', () => {
  const name = (manager: string | null) => {
    const more = manager === null ? {} : { employee_number: loginOf(manager) };
    bench.profile.details.set('anna', { motto: secondMailbox('anna'), ...more });
  };
  const asked = () => bench.server.messages.map(({ to }) => to);
  const isNewManager = { code: 'recovery_manager_missing', changed: 'manager' };

  test('is not asked for days, also after a change there and back, and other second things stay', async () => {
    name('mona');
    await bench.enrol('anna', 'ada');
    await bench.passDays(8);
    name('carl');
    expect((await recover('manager')).text).toContain('choose something else');
    name('mona');
    await recover('manager');
    expect(refusals()).toMatchObject([isNewManager, isNewManager]);
    expect(asked()).toEqual([]);
    expect(numberIn(await recover())).toMatch(/\d{4}/);
    await bench.passDays(8);
    expect(numberIn(await recover('manager'))).toMatch(/\d{4}/);
    expect(asked()).toEqual([loginOf('mona')]);
  });

  test('is not asked if never noted before', async () => {
    await bench.enrol('anna', 'ada');
    await bench.passDays(8);
    name('mona');
    await recover('manager');
    expect(refusals()).toMatchObject([isNewManager]);
    expect(asked()).toEqual([]);
  });

  test('is noted without other contacts being noted again', async () => {
    name('mona');
    await bench.enrol('anna', 'ada');
    await bench.passDays(8);
    await recover('manager');
    await bench.passDays(1);
    bench.profile.details.set('anna', { motto: 'thief@private.example', employee_number: loginOf('mona') });
    await recover('manager');
    expect(refusals()).toMatchObject([{ code: 'recovery_too_soon', changed: 'other_email' }]);
  });

  test('does not approve with a face that was enrolled after the question', async () => {
    name('mona');
    await bench.enrol('anna', 'ada');
    await bench.passDays(8);
    const browser = bench.browse();
    await browser.begin('anna');
    await browser.prove('manager');
    await browser.showFace('ada');
    const [url = ''] = /https?:\S+/.exec(bench.server.messages.at(-1)!.text)!;
    const opened = await openLink(bench.server, url);
    await bench.enrol('mona', 'thief');
    const page = openPage(bench.server, String(opened.body.session));
    await page.consent();
    const { digest } = (opened.body.view as { action: { digest: string } }).action;
    const { nonce, photos } = await page.takeFrames(
      (movement, index, look) => Buffer.from(`face thief ${movement}:manager-${index}-${look} 0.9`),
      { action: digest },
    );
    expect((await page.send({ nonce, photo: photos })).body.outcome).toBe('passed');
    expect((await browser.step()).text).toContain('No manager can approve');
    expect(refusals()).toMatchObject([{ code: 'recovery_manager_missing', changed: 'manager_face' }]);
    expect(bench.detailsOf('recovery_approved')).toEqual([]);
  });
});
