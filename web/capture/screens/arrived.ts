import { actions, button, paragraph } from '../dom.js';
import type { Page } from '../page.js';

/** Asks before a link from a message is opened, so that only a person uses it up. */
export const askToOpen = (page: Page): Promise<null> =>
  page.ask((words, choose) => ({
    screen: 'arrived',
    heading: words.arrived.heading,
    body: [paragraph(words.arrived.text, 'lead'), actions(button('plain', words.goOn, () => choose(null)))],
  }));
