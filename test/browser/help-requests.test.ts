import { expect } from '@jest/globals';
import { texts as en } from '../../locales/compiled/console/help-desk/en.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser, useShared } from '../../support/browser/page-suite.js';
import { leaveBy, press, see } from '../../support/browser/walk.js';
import { adminKey } from '../../support/servers/api-server.js';
import { faultsIn, startAnotherWayStage } from './another-way-stage.js';
import { countClicks } from './clicks.js';
import { visitConsole } from './console-visitor.js';

/* "I can't do this" on the page is in the queue of the console, where someone helps. */

const stage = useShared(() => startAnotherWayStage(['asks', 'keyboard']));

inBrowser('a request for help appears in the console’s queue as text until an agent chooses a result', async () => {
  const { page, words, complaints, close } = await stage().refuse('asks', { language: 'ar', window: 'phone' });
  await press(page, words.help.ask);
  await see(page, 'help');
  await expectWithinReach(page);
  await press(page, words.help.send);
  await page.getByRole('alert').getByText(words.help.choose).waitFor();
  await page.getByLabel(words.help.reason).selectOption(words.help.reasons.not_recognised);
  await page.getByLabel(words.help.note).fill('<b>نظارات جديدة</b>');
  await press(page, words.help.send);
  await see(page, 'help-asked');
  await expectWithinReach(page);
  await leaveBy(page, words.back);
  await see(page, 'ways');
  expect(faultsIn(complaints)).toEqual([]);

  const agent = await visitConsole(stage().browser, stage().origin, { key: adminKey });
  const { click, choose, count } = countClicks();
  await click(agent.page.getByRole('navigation').first().getByRole('link', { name: en.heading }));
  await click(agent.page.getByRole('link', { name: en.parts.requests }));
  const row = agent.page.getByRole('row').filter({ hasText: 'asks@example.com' });
  await row.getByText('<b>نظارات جديدة</b>').waitFor();
  await row.getByText(en.queue.reasons.not_recognised).waitFor();
  await click(row.getByRole('button', { name: en.queue.take }));
  const settlement = row.getByLabel(en.queue.settle.by({ name: 'asks@example.com' }));
  await settlement.waitFor();
  await expectAccessible(agent.page);
  expect(await settlement.inputValue()).toBe('');
  await row.getByRole('button', { name: en.queue.settle.submit }).click();
  await row.locator('select:invalid').waitFor();
  expect(stage().server.audit.events.map(({ action }) => action)).not.toContain('help_settled');
  await choose(settlement, en.queue.settle.ways.bypass);
  await click(row.getByRole('button', { name: en.queue.settle.submit }));
  await agent.page.getByText(en.queue.none).waitFor();
  expect(count()).toBeLessThanOrEqual(5);
  const settled = stage().server.audit.events.flatMap((event) =>
    event.action === 'help_settled' ? [event.detail] : [],
  );
  expect(settled).toMatchObject([{ settlement: 'bypass', by: 'owner' }]);
  await agent.close();
  await close();
});
