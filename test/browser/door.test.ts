import { expect } from '@jest/globals';
import { startPortals } from '../../examples/demo/portals.js';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { delayCamera } from '../../support/browser/in-page/late-camera.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { makePoses, readPeople } from '../../support/browser/people.js';
import { receive } from '../../support/browser/visitor.js';
import { modelsFolder } from '../../support/run/paths.js';
import { narrow } from './portal-visit.js';

/* The door of the demonstration: staff put someone on its roster, and it opens to them, and stays as it is for others. */

const browser = useBrowser('pattern');
const poses = useShared(async () => {
  const { ada, eve } = await readPeople();
  return { ada: await makePoses(ada, 'ada'), eve: await makePoses(eve, 'eve') };
});

/** Someone before a camera, who is asked for nothing. */
const stand = (name: 'ada' | 'eve') =>
  receive(browser(), { person: { poses: poses()[name], plan: 'follow', reactionMs: 150 }, viewport: narrow });

inBrowser('the door opens for a person on its roster, and shows nothing to another person', async () => {
  const portals = await startPortals({ hasFixedPorts: false, modelsFolder });
  const door = portals.urlOf('door');
  const known = await stand('ada');
  const stranger = await stand('eve');
  // Anyone who is faster than the camera waits for it.
  await known.context.addInitScript(delayCamera);
  await known.page.goto(`${door}/roster`);
  await known.page.getByLabel('Name').fill('Ada <b>Example</b>');
  await expectWithinReach(known.page);
  await known.page.getByRole('button', { name: 'Take three pictures' }).click();
  await known.page.getByRole('listitem').waitFor();
  expect(await known.page.getByRole('listitem').locator('span').textContent()).toBe('Ada <b>Example</b>');

  const looked = stranger.page.waitForResponse((response) => response.url() === `${door}/look`);
  await stranger.page.goto(door);
  const answer = await looked;
  expect([answer.status(), await answer.json()]).toEqual([200, { openedAt: null }]);
  expect(await stranger.page.locator('#open').textContent()).toBe('');

  const from = Date.now();
  await known.page.goto(door);
  // In one look: it stands there for five seconds.
  const { opened, text } = await known.page
    .locator('#open[data-open]')
    .evaluate((open) => ({ opened: open.querySelector('time')?.dateTime ?? '', text: open.textContent }));
  expect(text).toBe(`Open${opened.slice(11, 19)} UTC`);
  expect(Date.parse(opened)).toBeGreaterThanOrEqual(from);
  await expectWithinReach(known.page);
  // It closes by itself. Nothing on the page says who it was.
  await known.page.locator('#open:not([data-open])').waitFor();
  expect(await known.page.locator('main').textContent()).not.toContain('Ada');

  // No one is on the roster twice; and anyone who is taken off is let in no more.
  await known.page.goto(`${door}/roster`);
  await known.page.getByLabel('Name').fill('Ada again');
  await known.page.getByRole('button', { name: 'Take three pictures' }).click();
  await known.page.getByText('This face or name is already on the roster.').waitFor();
  await known.page.getByRole('button', { name: 'Remove' }).click();
  await known.page.getByRole('listitem').waitFor({ state: 'detached' });
  const after = known.page.waitForResponse((response) => response.url() === `${door}/look`);
  await known.page.goto(door);
  expect(await (await after).json()).toEqual({ openedAt: null });

  for (const { requests, complaints } of [known, stranger]) {
    expect(requests.filter((url) => !url.startsWith(door))).toEqual([]);
    expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);
  }
  // What another site sends is not looked at.
  const headers = { 'sec-fetch-site': 'cross-site' };
  expect((await fetch(`${door}/look`, { method: 'POST', headers, body: new FormData() })).status).toBe(403);
  await known.close();
  await stranger.close();
  await portals.close();
});
