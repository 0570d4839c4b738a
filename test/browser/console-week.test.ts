import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { adminKey } from '../api-server.js';
import { hasChromium, launchChromium } from './chromium.js';
import { visitConsole } from './console-visitor.js';
import { measureTasks, startWeek, weeklyTasks } from './weekly-tasks.js';

(hasChromium ? test : test.skip)('each of the fourteen weekly tasks takes at most three clicks', async () => {
  const week = await startWeek();
  const browser = await launchChromium({ camera: 'none' });
  const measured = await measureTasks(browser, week.origin).finally(() => browser.close());
  await week.close();
  const file = process.env.FACESTEP_WEEK;
  if (file !== undefined) writeFileSync(file, JSON.stringify(measured));
  expect(Object.keys(weeklyTasks)).toHaveLength(14);
  expect(Object.entries(measured).filter(([, { clicks }]) => clicks > 3)).toEqual([]);
});

(hasChromium ? test : test.skip)(
  'the members of a group are invited, and lockouts end, for all chosen at once',
  async () => {
    const week = await startWeek();
    const browser = await launchChromium({ camera: 'none' });
    try {
      const { page } = await visitConsole(browser, week.origin, { key: adminKey });
      await page.getByRole('heading', { name: 'Home' }).waitFor();
      const act = async (action: string, confirmed: string): Promise<void> => {
        await page.getByRole('button', { name: action }).click();
        await page.getByRole('alertdialog').getByRole('button', { name: confirmed, exact: true }).click();
      };
      await page.goto(`${week.origin}/console/people?connection=okta&group=Staff`);
      await page.getByRole('row').filter({ hasText: 'cora' }).getByText('Not enrolled').waitFor();
      expect(await page.getByRole('rowheader').allTextContents()).toHaveLength(3);
      await page.getByRole('button', { name: 'Select all shown' }).click();
      await act('Invite by e-mail (2)', 'Send');
      await page.getByText('Invitations: done for 2 of 2.').waitFor();

      await page.goto(`${week.origin}/console/people`);
      await page.getByRole('checkbox', { name: /ada/ }).check();
      await act('End lockouts (1)', 'End lockouts');
      await page.getByText('Lockouts ended: done for 1 of 1.').waitFor();
    } finally {
      await browser.close();
      await week.close();
    }
  },
);
