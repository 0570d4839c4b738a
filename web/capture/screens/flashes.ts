import { actions, button, paragraph } from '../dom.js';
import type { Words } from '../messages/words.js';
import type { Change } from '../state.js';
import type { Tools } from '../step.js';
import type { View } from '../view.js';

/** Id of the warning shown before the first light. */
export const flashesId = 'flashes';
export function flashWarning({ framing }: Words): HTMLParagraphElement {
  const warning = paragraph(framing.flashes, 'note');
  warning.id = flashesId;
  return warning;
}

export async function explainFlashes({ organisation, fallbackUrl, role }: View, { page, api }: Tools): Promise<Change> {
  const hasOtherWay = fallbackUrl !== null && role === 'own';
  const choice = await page.ask<'stop' | 'back'>((words, choose) => ({
    screen: 'flashes',
    heading: words.flashes.heading,
    body: [
      paragraph(words.flashes.text(organisation), 'lead'),
      actions(
        button('plain', hasOtherWay ? words.otherWay : words.flashes.stop, () => choose('stop')),
        button('quiet', words.back, () => choose('back')),
      ),
    ],
  }));
  return choice === 'stop' ? { view: await api.decline() } : {};
}
