import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { goAlong, insist, leaveBy, press, see } from '../../support/browser/walk.js';
import { windows } from './another-way-stage.js';
import { castOf } from './cast-of.js';
import { pageWords } from './page-words.js';

/* A passkey of Chromium's virtual authenticator in place of a real face, under a rule that lets the person choose. */

const rules = [{ name: 'everyone', when: {}, outcome: 'passkey_or_face', mode: 'enforce' }] as const;
const cast = castOf({ plain: { rules: [...rules] } });
const { en } = pageWords;

/** Gives the browser an authenticator with user verification. @returns a switch for what its user does */
async function addAuthenticator(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
  return (isUserVerified: boolean) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
}

inBrowser('a passkey is added at the enrolment; later the person chooses it, or the face', async () => {
  const { stage, openVisitor } = cast();
  const subject = await stage.addUser();
  const { page, close } = await openVisitor('ada', { isGuided: false, ...windows.phone });
  const verify = await addAuthenticator(page);
  await page.goto(await stage.invite('plain', subject, 'enrol'));
  expect(await goAlong(page)).toBe('passkey');
  await page.getByRole('heading', { name: en.passkey.offerHeading }).waitFor();
  await expectWithinReach(page);
  await leaveBy(page, en.passkey.action);
  expect(await insist(page)).toBe('passed');

  const begin = async () => {
    const { id, link } = await stage.startStepUp({ connection: 'plain', subject, audience: 'https://app.example.com' });
    await page.goto('about:blank');
    await page.goto(link);
    await see(page, 'choice');
    return async () => (await stage.get(`/step-ups/${id}`)).state;
  };
  const byPasskey = await begin();
  await expectWithinReach(page);
  await verify(false);
  await press(page, en.choice.passkey);
  await page.getByRole('alert').getByText(en.problems['passkey-cancelled'].heading).waitFor();
  await verify(true);
  await press(page, en.choice.passkey);
  await see(page, 'passed_another_way');
  expect(await byPasskey()).toBe('passed_another_way');

  const byFace = await begin();
  await leaveBy(page, en.choice.face);
  expect(await insist(page)).toBe('passed');
  expect(await byFace()).toBe('passed');
  await close();
});
