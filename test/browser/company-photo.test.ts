import { afterAll, expect } from '@jest/globals';
import { listen } from '../../src/http/listen.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { follow, goAlong, insist, leaveBy } from '../../support/browser/walk.js';
import { castOf } from './cast-of.js';

/* Enrolments bound to the photo of a badge system: page, server, models, judgement and photo server are real. */

/** Photos by user name. */
const photos = new Map<string, Uint8Array>();
const badge = await listen(
  (request, response) => {
    const photo = photos.get(decodeURIComponent(request.url ?? '').replace(/^\/|\.jpg$/g, ''));
    if (photo === undefined) response.writeHead(404).end();
    else response.end(photo);
  },
  { host: '127.0.0.1', port: 0 },
);
afterAll(() => badge.stop());

const photo = {
  source: { url: `http://127.0.0.1:${badge.port}/{preferred_username}.jpg` },
  hosts: [`127.0.0.1:${badge.port}`],
  privateAddresses: true,
};
const cast = castOf({ company: { mode: 'enforce', photo }, plain: {} });

let users = 0;
async function addUser(picture?: Uint8Array) {
  users += 1;
  if (picture !== undefined) photos.set(`user-${users}@example.com`, picture);
  return cast().stage.addUser();
}

inBrowser('a user enrols whose face matches the photo of the badge system, and no other user does', async () => {
  const own = await addUser(cast().picture('ada', 'centre'));
  const ada = await cast().openVisitor('ada', { isGuided: false });
  await ada.page.goto(await cast().stage.invite('company', own, 'enrol'));
  expect(await insist(ada.page)).toBe('passed');
  await ada.close();

  const others = await addUser(cast().picture('eve', 'centre'));
  const thief = await cast().openVisitor('ada', { isGuided: false });
  expect(await follow(thief.page, await cast().stage.invite('company', others, 'enrol'))).toBe('try-again');
  expect(await thief.page.locator('main .note').textContent()).toContain('photo your organization has');
  await expectAccessible(thief.page);
  await leaveBy(thief.page, 'Try again');
  expect(await insist(thief.page)).toBe('company-photo-unlike');
  await expectAccessible(thief.page);
  await expectWithinReach(thief.page);
  await thief.close();

  const missing = await addUser();
  const { page, close } = await cast().openVisitor('ada', { isGuided: false });
  expect(await follow(page, await cast().stage.invite('company', missing, 'enrol'))).toBe('company-photo');
  await expectAccessible(page);
  await close();
});

inBrowser('a link to enrol shows an enrolled user that a link alone does not replace the face', async () => {
  users += 1;
  const subject = await cast().enrolAda('plain');
  const { page, close } = await cast().openVisitor('eve', { isGuided: false });
  await page.goto(await cast().stage.invite('plain', subject, 'enrol'));
  expect(await goAlong(page)).toBe('enrolled-already');
  await expectAccessible(page);
  await close();
});
