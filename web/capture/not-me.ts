import { actions, button, paragraph, sign } from './dom.js';
import type { Page } from './page.js';
import type { PageApi } from './page-api.js';
import { Problem, toKnown } from './problem.js';
import { solve } from './screens/problems.js';
import { nothingKnown } from './state.js';

export async function askWhetherNotMe(page: Page, api: PageApi): Promise<void> {
  const secret = location.hash.replace(/^#/, '');
  const never = new Promise<never>(() => {});
  for (;;) {
    try {
      if (secret === '') throw new Problem('link-missing');
      await page.ask<true>((words, choose) => ({
        screen: 'not-me',
        heading: words.notMe.heading,
        body: [paragraph(words.notMe.text, 'lead'), actions(button('danger', words.notMe.confirm, () => choose(true)))],
      }));
      page.show((words) => ({ screen: 'opening', heading: words.opening, body: [] }));
      await api.reportNotMe(secret);
      history.replaceState(null, '', location.pathname + location.search);
      page.show((words) => ({
        screen: 'not-me-done',
        heading: words.notMe.done,
        body: [sign('stopped'), paragraph(words.notMe.doneText, 'lead')],
      }));
      return;
    } catch (error) {
      await solve(toKnown(error), nothingKnown, { page, api, interrupted: never });
    }
  }
}
