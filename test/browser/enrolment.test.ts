import { expect } from '@jest/globals';
import { loadPictures } from '../../examples/demo/pictures.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { follow, goAlong, insist, leaveBy, see } from '../../support/browser/walk.js';
import { castOf } from './cast-of.js';

const cast = castOf({
  plain: { enrolmentDays: 365 },
  pin: { userSecret: 'pin' },
  document: { referencePhoto: true },
});

inBrowser('a user enrolled with a PIN does not pass with another PIN', async () => {
  const subject = await cast().stage.addUser();
  const { page, close } = await cast().openVisitor('ada', { isGuided: false });
  expect(await follow(page, await cast().stage.invite('pin', subject, 'enrol'))).toBe('pin');
  await page.getByLabel('PIN', { exact: true }).fill('271828');
  await page.getByLabel('Repeat the PIN').fill('271828');
  await leaveBy(page, 'Continue');
  expect(await insist(page)).toBe('passed');
  await close();

  const { link } = await cast().stage.startStepUp({ connection: 'pin', subject });
  const visitor = await cast().openVisitor('ada', { isGuided: false });
  expect(await follow(visitor.page, link)).toBe('pin');
  await visitor.page.getByLabel('PIN', { exact: true }).fill('314159');
  await leaveBy(visitor.page, 'Continue');
  expect(await goAlong(visitor.page)).toBe('try-again');
  await visitor.close();
});

inBrowser('an enrolment with an identity document requires that the document shows the same face', async () => {
  const subject = await cast().stage.addUser();
  const { page, close } = await cast().openVisitor('ada', { isGuided: false });
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
    [Buffer.from(landscape), 'We can’t find a face on this photo.'],
    [Buffer.from(group), 'There is more than one face on this photo.'],
    [Buffer.from('no picture'), 'We can’t read this photo.'],
  ] as const) {
    if (picture.length > 100) await show(picture);
    else
      await page.locator('input[type=file]').setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: picture });
    await note.filter({ hasText: words }).waitFor();
    await see(page, 'reference');
  }
  // Only that photo was asked for so far, and no try is lost; someone else's costs one, and is asked for again, too.
  await show(cast().picture('eve', 'centre'));
  expect(await insist(page)).toBe('reference');
  expect(await note.textContent()).toMatch(/doesn’t match your face/);
  // One less than that where her own pictures did not do before.
  expect(await page.getByText(/^You have (2 attempts|one attempt) left\.$/).isVisible()).toBe(true);
  await show(cast().picture('ada', 'centre'));
  expect(await insist(page)).toBe('passed');
  await close();
});
