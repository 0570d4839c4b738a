import { actions, button, paragraph } from '../dom.js';
import type { Page } from '../page.js';

/** Asks before opening a link from a message, so that only a person can use up its ticket. */
export const askToOpen = (page: Page): Promise<null> =>
  page.ask((words, choose) => ({
    screen: 'arrived',
    heading: words.arrived.heading,
    body: [paragraph(words.arrived.text, 'lead'), actions(button('plain', words.goOn, () => choose(null)))],
  }));
