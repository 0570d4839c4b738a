import { expect } from '@jest/globals';
import { expectAccessible } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { insist } from '../../support/browser/walk.js';
import { usePortals } from './portal-visit.js';

/* The check-in of the demonstration: a place's screen, a phone, a face, and a list that is the person's own. */

const { visit, openPhone } = usePortals();

inBrowser('a visitor checks in by a code after a face check, is counted without a name, and checks out', async () => {
  const { page, portals, close } = await visit();
  const url = portals.urlOf('check-in');
  const { page: place } = await openPhone();
  const countAt = async (id: string): Promise<string> => {
    await place.goto(`${url}/places/${id}`);
    return (await place.locator('.count').textContent()) ?? '';
  };
  expect(await countAt('north')).toBe('0');
  await expectAccessible(place);

  // A code that no one shows, or another place's, is of no use.
  const link = await place.locator('[data-link]').getAttribute('data-link');
  const code = new URL(link ?? '').searchParams.get('code') ?? '';
  for (const other of [`${url}/in/north?code=${'A'.repeat(16)}`, `${url}/in/library?code=${code}`, `${url}/in/north`])
    expect((await page.goto(other))?.status()).toBe(410);

  await page.goto(link ?? '');
  await page.getByRole('button', { name: 'Check in' }).click();
  await page.locator('input[name="username"]').fill(portals.login);
  await page.getByRole('button').click();
  await insist(page);
  await page.getByRole('heading', { name: 'Your check-ins' }).waitFor();
  expect(await page.locator('li strong').allTextContents()).toEqual(['North Hall']);
  await expectAccessible(page);
  expect(await countAt('north')).toBe('1');
  expect(await countAt('library')).toBe('0');
  for (const name of ['Ada', 'Example', portals.login]) expect(await place.content()).not.toContain(name);
  // The list is that browser's alone.
  await place.goto(`${url}/mine`);
  expect(await place.locator('li').count()).toBe(0);

  await page.getByRole('button', { name: 'Check out of North Hall' }).click();
  await page.getByText('checked out').waitFor();
  expect(await countAt('north')).toBe('0');
  await close();
});
