import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { texts } from '../../locales/compiled/server/recovery/all.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { presentDocument } from '../../support/browser/in-page/present-document.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { goAlong, insist, leaveBy, press, see } from '../../support/browser/walk.js';
import { certify, createWallet, toPem } from '../../support/fakes/digital-wallet.js';
import { windows } from './another-way-stage.js';
import { castOf } from './cast-of.js';
import { pageWords } from './page-words.js';

/*
 * An enrolment with the portrait of a digital document, by the browser and by a link. Page, server, models and documents are
 * real; a program takes the place of the app with the document.
 */

const root = await certify('Utopia Roads');
const signer = await certify('Utopia Signer', { issuer: root });
const access = await certify('Example Access');
const cast = castOf({ document: { mode: 'enforce', photo: { source: 'document' } } }, [], {
  documents: {
    issuers: [{ name: 'Utopia Roads', certificate: root.pem }],
    request: { certificate: access.pem, privateKey: toPem(access.key) },
  },
  recovery: { mode: 'evaluation', quietDays: 0, secondThings: ['document'] },
});
const { en } = pageWords;
const { en: recovery } = texts;
const login = 'ada@example.com';
const android =
  'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36';
const wallet = createWallet();

const licenceOf = (person: 'ada' | 'eve') => ({
  portrait: cast().picture(person, 'centre'),
  given: 'Test',
  family: 'User',
  signer,
});

/** Opens an invitation up to the screen that asks for the document. */
async function open(page: Page, name?: string): Promise<void> {
  const subject = await cast().stage.addUser(name);
  await page.goto(await cast().stage.invite('document', subject, 'enrol'));
  expect(await goAlong(page)).toBe('document');
  await expectAccessible(page);
  await expectWithinReach(page);
}

inBrowser('a browser presents the document, also to recover; one of another person is refused', async () => {
  const { page, close } = await cast().openVisitor('ada', { isGuided: false });
  let person: 'ada' | 'eve' | null = null;
  await page.exposeFunction('answerRequest', (request: { readonly protocol: string; readonly data: object }) =>
    person === null ? null : wallet.answerBrowser(request, new URL(page.url()).origin, licenceOf(person)),
  );
  await page.addInitScript(presentDocument);
  await open(page, login);
  // The person closes the dialog of the browser.
  await press(page, en.document.show);
  await see(page, 'document');
  person = 'eve';
  await leaveBy(page, en.document.show);
  expect(await insist(page)).toBe('document');
  await page.getByText(en.hints.document_unlike).waitFor();
  person = 'ada';
  await leaveBy(page, en.document.show);
  expect(await insist(page)).toBe('passed');
  await page.goto(`${cast().stage.url}/recover/document`);
  await page.getByLabel(recovery.userName).fill(login);
  await press(page, recovery.next);
  await press(page, recovery.second.use);
  await press(page, recovery.face.start);
  await page.locator('main[data-screen]').waitFor();
  expect(await goAlong(page)).toBe('document');
  await leaveBy(page, en.document.show);
  expect(['passed', '']).toContain(await insist(page));
  await press(page, recovery.next);
  await page.getByText(recovery.ended.evaluated).waitFor();
  await close();
});

inBrowser('without that interface, an app on the phone presents the document by a link', async () => {
  const { page, close } = await cast().openVisitor('ada', { isGuided: false, ...windows.phone, userAgent: android });
  await page.addInitScript('delete window.DigitalCredential;');
  await open(page);
  const link = await page.getByRole('link', { name: en.document.open }).getAttribute('href');
  expect(await wallet.answerLink(String(link), licenceOf('ada'))).toBe(200);
  await page.locator('main:not([data-screen="document"])').waitFor();
  expect(await insist(page)).toBe('passed');
  await close();
});
