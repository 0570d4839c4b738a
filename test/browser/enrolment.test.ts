import { expect, test } from '@jest/globals';
import { loadPictures } from '../pictures.js';
import { castOf } from './cast-of.js';
import { hasChromium } from './chromium.js';
import { follow, goAlong, insist, leaveBy, press, see } from './walk.js';

const inBrowser = hasChromium ? test.concurrent : test.skip;
const cast = castOf({
  plain: { enrolmentDays: 365 },
  pin: { userSecret: 'pin' },
  document: { referencePhoto: true },
});

inBrowser('an invitation enrols; the own page shows what is held, and ends it', async () => {
  const subject = await cast().stage.addUser();
  const invitation = await cast().stage.invite('plain', subject, 'enrol');
  const { page, close } = await cast().sit('ada', { isGuided: false });
  await page.goto(invitation);
  expect(await insist(page)).toBe('passed');
  expect(await page.getByRole('heading', { name: 'All set up' }).isVisible()).toBe(true);

  const other = await cast().sit('eve');
  expect(await follow(other.page, invitation)).toMatch(/^(opened-elsewhere|link-over)$/);
  await other.close();

  const check = await cast().stage.startStepUp({ connection: 'plain', subject });
  const again = await cast().sit('ada', { isGuided: false });
  await again.page.goto(check.link);
  // What was agreed to at the enrolment is one line now, with the whole text behind it.
  await see(again.page, 'place');
  expect(await again.page.locator('footer').textContent()).toMatch(/You agreed to this on \w+ \d+, \d{4}\./);
  await press(again.page, 'Read it in full');
  const whole = again.page.getByRole('dialog', { name: 'Read it in full' });
  expect(await whole.getByRole('heading').allTextContents()).toContain('What is kept');
  await whole.getByRole('button', { name: 'Back' }).click();
  expect(await whole.isVisible()).toBe(false);
  expect(await insist(again.page)).toBe('passed');
  await again.close();

  const own = await cast().sit('ada');
  expect(await follow(own.page, await cast().stage.invite('plain', subject, 'manage'))).toBe('manage');
  const facts = own.page.locator('dl.facts');
  expect(await facts.textContent()).toMatch(/Purpose\s*sign-in/);
  expect(await facts.textContent()).not.toContain('fv1.');
  await press(own.page, 'Delete it');
  await press(own.page, 'Keep it');
  await press(own.page, 'Delete it');
  await press(own.page, 'Yes, delete it');
  await own.page.getByText('It has been deleted.').waitFor();
  await own.close();
  await close();

  const after = await cast().sit('ada', { isGuided: false });
  const { link } = await cast().stage.startStepUp({ connection: 'plain', subject });
  expect(await follow(after.page, link)).toBe('try-again');
  await after.close();
});

inBrowser('where a PIN is asked for, the face alone does not pass, and neither does another PIN', async () => {
  const subject = await cast().stage.addUser();
  const { page, close } = await cast().sit('ada', { isGuided: false });
  expect(await follow(page, await cast().stage.invite('pin', subject, 'enrol'))).toBe('pin');
  await page.getByLabel('PIN', { exact: true }).fill('271828');
  await page.getByLabel('The same PIN again').fill('271828');
  await leaveBy(page, 'Go on');
  expect(await insist(page)).toBe('passed');
  await close();

  for (const [pin, screen] of [
    ['314159', 'try-again'],
    ['271828', 'passed'],
  ] as const) {
    const { link } = await cast().stage.startStepUp({ connection: 'pin', subject });
    const visitor = await cast().sit('ada', { isGuided: false });
    const answer = async (): Promise<string> => {
      expect(await goAlong(visitor.page)).toBe('pin');
      await visitor.page.getByLabel('PIN', { exact: true }).fill(pin);
      await leaveBy(visitor.page, 'Go on');
      return goAlong(visitor.page);
    };
    await visitor.page.goto(link);
    let end = await answer();
    // Pictures of an honest person may not do either: with the right PIN she tries again, as `insist` does.
    for (; end === 'try-again' && end !== screen; end = await answer()) await leaveBy(visitor.page, 'Try again');
    expect([pin, end]).toEqual([pin, screen]);
    await visitor.close();
  }
});

inBrowser('with a document asked for, only the person on it is enrolled', async () => {
  const subject = await cast().stage.addUser();
  const { page, close } = await cast().sit('ada', { isGuided: false });
  expect(await follow(page, await cast().stage.invite('document', subject, 'enrol'))).toBe('reference');
  const show = async (picture: Buffer): Promise<void> => {
    await see(page, 'reference');
    const photo = { name: 'document.jpg', mimeType: 'image/jpeg', buffer: picture };
    await page.locator('input[type=file]').setInputFiles(photo);
    await see(page, 'reference-photo');
    await leaveBy(page, 'Use this photo');
  };
  const { landscape, group } = await loadPictures();
  const note = page.locator('main .note');
  for (const [picture, words] of [
    [Buffer.from(landscape), 'There is no face on this photo.'],
    [Buffer.from(group), 'There is more than one face on this photo.'],
    [Buffer.from('no picture'), 'This photo cannot be made out.'],
  ] as const) {
    if (picture.length > 100) await show(picture);
    else
      await page.locator('input[type=file]').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: picture });
    await note.filter({ hasText: words }).waitFor();
    await see(page, 'reference');
  }
  // Only that photo was asked for so far, and no try is lost; somebody else's costs one, and is asked for anew, too.
  await show(cast().picture('eve', 'centre'));
  expect(await insist(page)).toBe('reference');
  expect(await note.textContent()).toMatch(/could not be matched with your face/);
  // One less than that where her own pictures did not do before.
  expect(await page.getByText(/^You have (2 tries|one try) left\.$/).isVisible()).toBe(true);
  await show(cast().picture('ada', 'centre'));
  expect(await insist(page)).toBe('passed');
  await close();
});
