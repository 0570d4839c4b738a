import type { Page } from 'playwright-core';
import type { RunningPortals } from '../../examples/demo/portals.js';
import { insist } from './walk.js';

/** Signs in at the demonstration portal for the first time, which enrols the person. */
export async function enrolAtPortal(page: Page, { urlOf, password }: RunningPortals): Promise<void> {
  await page.goto(urlOf('sign-in'));
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button').click();
  await insist(page);
  await page.locator('[data-result="signed-in"]').waitFor();
}
