import { expect } from '@jest/globals';
import type { Route } from 'playwright-core';
import { firstView } from '../first-view.js';
import { inBrowser, usePage } from './page-suite.js';
import { scriptReplies } from './scripted-replies.js';
import { see } from './walk.js';

/* A kiosk stands alone: whatever one person met there, it waits for the next one by itself. */

const { receive, server } = usePage('pattern');

inBrowser('over a slow network the screen is cleared, too: the page is asked for once', async () => {
  const { page, context, close } = await receive();
  await scriptReplies(context, { ...firstView, state: 'passed' }, { '/kiosk/next': { ticket: 'a.b', page: null } });
  await page.goto(`${server.origin}/face/kiosk#gate.secret`);
  await see(page, 'passed');
  let asked = 0;
  await context.route('**/face/kiosk', async (route) => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await route.continue().catch(() => {});
  });
  await page.evaluate('document.documentElement.dataset.former = ""');
  await page.locator('html:not([data-former])').waitFor();
  expect(asked).toBe(1);
  await close();
});

inBrowser('a kiosk says that it is free only once whoever was there is gone for the server, too', async () => {
  const { page, context, close } = await receive();
  await scriptReplies(context, firstView, {});
  let isAnswered = false;
  const answerLate = async (route: Route) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    isAnswered = true;
    await route.fulfill({ json: { ok: true, ticket: null, page: null } }).catch(() => {});
  };
  await context.route('**/face/kiosk/next', answerLate, { times: 1 });
  await page.goto(`${server.origin}/face/kiosk#gate.secret`);
  await see(page, 'kiosk-idle');
  expect(isAnswered).toBe(true);
  await close();
});
