import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { hasChromium, launchChromium } from './chromium.js';
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
