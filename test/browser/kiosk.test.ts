import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Route } from 'playwright-core';
import { inBrowser, usePage } from '../../support/browser/page-suite.js';
import { scriptReplies } from '../../support/browser/scripted-replies.js';
import { screenOf, see } from '../../support/browser/walk.js';
import { firstView } from '../../support/data/first-view.js';
import { until } from '../../support/run/eventually.js';

/* A kiosk stands alone: whatever one person met there, it waits for the next one by itself. */

const { receive, server } = usePage('pattern');

inBrowser('on a slow network the kiosk requests its next page once and clears the screen', async () => {
  const { page, context, close } = await receive();
  await scriptReplies(context, { ...firstView, state: 'passed' }, { '/kiosk/next': { ticket: 'a.b', page: null } });
  await page.goto(`${server.origin}/face/kiosk#gate.secret`);
  await see(page, 'passed');
  let asked = 0;
  await context.route('**/face/kiosk', async (route) => {
    asked += 1;
    // Three intervals of the page, in which it could ask again.
    await delay(3000);
    await route.continue().catch(() => {});
  });
  await page.evaluate('document.documentElement.dataset.former = ""');
  await page.locator('html:not([data-former])').waitFor();
  expect(asked).toBe(1);
  await close();
});

inBrowser('a kiosk shows its idle screen only after the server has released the previous visitor', async () => {
  const { page, context, close } = await receive();
  await scriptReplies(context, firstView, {});
  const asked: Route[] = [];
  await context.route('**/face/kiosk/next', (route) => void asked.push(route), { times: 1 });
  await page.goto(`${server.origin}/face/kiosk#gate.secret`);
  await until(() => asked.length > 0);
  expect(await screenOf(page)).not.toBe('kiosk-idle');
  await asked[0]?.fulfill({ json: { ok: true, ticket: null, page: null } });
  await see(page, 'kiosk-idle');
  await close();
});
