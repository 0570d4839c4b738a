import { actions, button, paragraph } from '../dom.js';
import type { Page } from '../page.js';

/**
 * Asks the user before opening a link from a message. Mail scanners open links but press no buttons, so they cannot use
 * up the single-use ticket.
 */
export const askToOpen = (page: Page): Promise<null> =>
  page.ask((words, choose) => ({
    screen: 'arrived',
    heading: words.arrived.heading,
    body: [paragraph(words.arrived.text, 'lead'), actions(button('plain', words.goOn, () => choose(null)))],
  }));
