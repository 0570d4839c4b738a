import { actions, button, paragraph } from '../dom.js';
import type { Page } from '../page.js';

/** Before a link that was sent is opened: once, so by whoever wants to go on here. */
export const askToOpen = (page: Page): Promise<null> =>
  page.ask((words, choose) => ({
    screen: 'arrived',
    heading: words.arrived.heading,
    body: [paragraph(words.arrived.text, 'lead'), actions(button('plain', words.goOn, () => choose(null)))],
  }));
