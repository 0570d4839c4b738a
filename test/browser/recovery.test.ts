import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { texts } from '../../locales/compiled/server/recovery/all.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { toBytes } from '../../support/browser/cast.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { makePoses, readPeople, seatAda } from '../../support/browser/people.js';
import { devices } from '../../support/browser/screens.js';
import { type Person, receive } from '../../support/browser/visitor.js';
import { insist, press, see } from '../../support/browser/walk.js';
import { until } from '../../support/run/eventually.js';
import { forFile } from '../../support/run/for-file.js';
import { login, logins, organisation, type ProviderName, returnUrl, startRecoveryStage } from './recovery-stage.js';

/* Someone recovers an account: pages, models, judgement and provider interfaces are real, the providers simulated. */

const { en, ar } = texts;

const browser = useBrowser('pattern');
const ada = useShared(seatAda);
const stage = useShared(async () => forFile(startRecoveryStage(toBytes((await seatAda()).poses.centre[0]))));

const pictures = process.env.RECOVERY_PICTURES;

/** Waits for a page of the recovery by its title. */
const arrive = (page: Page, title: string): Promise<void> =>
  page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();

const open = (person: Person = ada(), options: object = {}) =>
  receive(browser(), { person, ...devices.phone, ...options });

async function nameAccount(page: Page, connection: string, name = login): Promise<void> {
  await page.goto(`${stage().url}/recover/${connection}`);
  await page.getByLabel(en.userName).fill(name);
  await page.getByLabel(en.userName).press('Enter');
  await arrive(page, en.second.title);
}

const choose = (page: Page, thing: 'known_device' | 'help_desk', words: typeof en = en): Promise<void> =>
  page.getByRole('button', { name: words.second.use, description: words.second[thing] }).click();

async function showFace(page: Page): Promise<void> {
  await press(page, en.face.start);
  await page.locator('main[data-screen]').waitFor();
  expect(['passed', '']).toContain(await insist(page));
}

/** Passes the face check with the help desk as the second thing. @returns the number to read out */
async function waitForHelpDesk(page: Page, connection: string, name = login): Promise<string> {
  await nameAccount(page, connection, name);
  await choose(page, 'help_desk');
  await arrive(page, en.face.title);
  await showFace(page);
  await press(page, en.next);
  await arrive(page, en.approval.title);
  return (await page.locator('output').textContent()) ?? '';
}

/** Recovers up to the last page before the credential. */
async function getReady(page: Page, connection: string, name = login): Promise<void> {
  const number = await waitForHelpDesk(page, connection, name);
  expect(number).toMatch(/^\d{4}$/);
  await stage().approve(connection, number);
  await press(page, en.approval.again);
  await arrive(page, en.ready.title);
}

for (const [connection, kind] of [
  ['entra', 'temporary_access_pass'],
  ['okta', 'temporary_access_code'],
  ['cognito', 'temporary_password'],
  ['onelogin', 'mfa_token'],
] as const satisfies readonly (readonly [ProviderName, string])[]) {
  inBrowser(`${connection}: a person recovers with help desk and face, and the credential works`, async () => {
    const { page, context, complaints, close } = await open();
    await context.grantPermissions(['camera', 'clipboard-read', 'clipboard-write']);
    await getReady(page, connection);
    await press(page, en.ready.show);
    await arrive(page, en.credential[kind]);
    const credential = (await page.locator('output').textContent()) ?? '';
    await press(page, en.credential.copy);
    await page.getByRole('button', { name: en.credential.copied }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(credential);
    expect(await page.locator('main').textContent()).not.toContain('UTC');
    expect(await stage().providers[connection].works(`${credential}x`)).toBe(false);
    expect(await stage().providers[connection].works(credential)).toBe(true);
    await press(page, en.credential.noted);
    await arrive(page, en.ended.title);
    // The credential is in one reply only.
    expect(await page.content()).not.toContain(credential);
    expect(complaints.filter((line) => line.startsWith('policy:'))).toEqual([]);
    await close();
  });
}

inBrowser('scim: a person recovers, and the receipt opens the page of the company’s program', async () => {
  const { page, context, close } = await open();
  await context.route(`${new URL(returnUrl).origin}/**`, (route) => route.fulfill({ body: 'The program' }));
  await getReady(page, 'scim');
  await press(page, en.ready.show);
  await arrive(page, en.receipt.title);
  await page.getByRole('link', { name: en.receipt.next }).click();
  await page.waitForURL(`${returnUrl}#recovery_receipt=*`);
  const receipt = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('recovery_receipt') ?? '';
  const { subject } = stage().providers.scim;
  expect(await stage().receipts.verifyRecovery(receipt, { connection: 'scim', subject })).toMatchObject({
    sub: subject,
    second_thing: 'help_desk',
  });
  await close();
});

inBrowser('“It wasn’t me” in the message ends the pass at the provider', async () => {
  const { entra } = stage().providers;
  const { page, close } = await open();
  await getReady(page, 'entra');
  await press(page, en.ready.show);
  await arrive(page, en.credential.temporary_access_pass);
  const credential = (await page.locator('output').textContent()) ?? '';
  await press(page, en.credential.noted);
  await arrive(page, en.ended.title);
  expect(await entra.works(credential)).toBe(true);
  const owner = await open();
  await owner.page.goto(await stage().notMeLink());
  await see(owner.page, 'not-me');
  await owner.page.locator('.button.danger').click();
  await see(owner.page, 'not-me-done');
  await until(async () => !(await entra.works(credential)));
  await page.reload();
  await arrive(page, en.ended.refusedTitle);
  await owner.close();
  await close();
});

inBrowser('a stranger’s face leads back with an alert, and the person can try again', async () => {
  const stranger: Person = { ...ada(), poses: await makePoses((await readPeople()).eve, 'eve') };
  const { page, close } = await open(stranger);
  await nameAccount(page, 'trial', logins.trial);
  await choose(page, 'help_desk');
  await arrive(page, en.face.title);
  await press(page, en.face.start);
  await page.locator('main[data-screen]').waitFor();
  // The page says so after three tries, and goes back by itself.
  expect(['failed', '']).toContain(await insist(page));
  await page.getByRole('alert').getByText(en.alert.face).waitFor();
  await arrive(page, en.face.title);
  await lookAt(page, 'face-failed');
  await press(page, en.face.start);
  await see(page, 'consent');
  await close();
});

/** Looks at one page of the recovery: narrow and wide, light and dark, and by default on the phone again. */
async function lookAt(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  await expectAccessible(page, name, 320);
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}-desktop.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(devices.phone.viewport);
  await expectWithinReach(page, { name, width: 390 });
}

inBrowser('each page of a privileged person’s recovery is within reach', async () => {
  const { page, close } = await open();
  await page.goto(`${stage().url}/recover/org`);
  await lookAt(page, 'start');
  expect(await page.locator('main').textContent()).toContain(organisation);
  await nameAccount(page, 'org', logins.administrator);
  await lookAt(page, 'second-things');
  await page.getByRole('button', { name: en.second.send, description: en.second.other_email }).click();
  // This server has no mail relay.
  await page.getByText(en.second.notSent).waitFor();
  await lookAt(page, 'code-sent');
  await page.getByRole('textbox', { name: en.second.code, description: en.second.other_email }).fill('000000');
  await page.getByRole('button', { name: en.second.use, description: en.second.other_email }).click();
  await page.getByRole('alert').getByText(en.alert.code).waitFor();
  await lookAt(page, 'code-wrong');
  await choose(page, 'help_desk');
  await arrive(page, en.face.title);
  await lookAt(page, 'face');
  await showFace(page);
  // The capture page leaves by itself, a moment after its result.
  await page.getByRole('button', { name: en.next }).waitFor();
  await lookAt(page, 'continue');
  await press(page, en.next);
  await arrive(page, en.approval.title);
  await lookAt(page, 'approval');
  await stage().approve('org', (await page.locator('output').textContent()) ?? '', 2);
  await press(page, en.approval.again);
  await arrive(page, en.delay.title);
  await lookAt(page, 'delay');
  await close();
});

inBrowser('the pages with the credential, and those after the end, are within reach', async () => {
  const { page, close } = await open();
  await getReady(page, 'org', logins.org);
  await lookAt(page, 'ready');
  await press(page, en.ready.show);
  await arrive(page, en.credential.temporary_access_code);
  await lookAt(page, 'credential');
  await press(page, en.credential.noted);
  await arrive(page, en.ended.title);
  await lookAt(page, 'ended');
  await nameAccount(page, 'trial', logins.trial);
  await choose(page, 'help_desk');
  await showFace(page);
  await press(page, en.next);
  await arrive(page, en.ended.refusedTitle);
  await page.getByText(en.ended.recovery_too_soon).waitFor();
  await lookAt(page, 'refused');
  await close();
});

inBrowser('start and second things are within reach right to left', async () => {
  const { page, close } = await open(ada(), { locale: 'ar' });
  await page.goto(`${stage().url}/recover/org`);
  await arrive(page, ar.title);
  expect(await page.evaluate('document.documentElement.dir')).toBe('rtl');
  await lookAt(page, 'start-ar');
  await page.getByLabel(ar.userName).fill(logins.org);
  await press(page, ar.next);
  await arrive(page, ar.second.title);
  await lookAt(page, 'second-things-ar');
  await close();
});
