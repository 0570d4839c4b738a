import { checkCameraSupport } from '../camera.js';
import { actions, button, el, icon, paragraph } from '../dom.js';
import type { ConsentWords, Words } from '../messages/words.js';
import { hasWays } from '../state.js';
import type { Step } from '../step.js';
import type { View } from '../view.js';

const textFor = ({ purpose }: View, { consent: words }: Words): ConsentWords =>
  words[purpose === 'enrol' ? 'enrol' : 'verify'];

const sectionIcons = ['camera', 'sealed', 'refuse', 'undo'] as const;

export const headingOfConsent = (view: View, words: Words): string => textFor(view, words).heading;

export function describeConsent(view: View, words: Words): readonly HTMLElement[] {
  const { intro, sections } = textFor(view, words);
  const items = sections(view).map(({ heading, text }, index) =>
    el('li', {}, icon(sectionIcons[index] ?? 'info'), el('div', {}, el('h2', {}, heading), paragraph(text))),
  );
  return [paragraph(intro(view.organisation), 'lead'), el('ul', { class: 'sections' }, ...items)];
}

export const consent: Step = async (view, { place }, { page, api }) => {
  // The browser is checked before the user reads the text in vain.
  if (place !== 'phone') checkCameraSupport();
  const agrees = await page.ask<boolean>((words, choose) => ({
    screen: 'consent',
    heading: headingOfConsent(view, words),
    body: [
      ...describeConsent(view, words),
      actions(
        button('plain', words.agree, () => choose(true)),
        button('quiet', words.refuse, () => choose(false)),
      ),
    ],
  }));
  if (!agrees && view.role === 'own' && hasWays(view)) return { isElsewhere: true };
  if (!agrees) return { view: await api.decline() };
  // The consent text has announced the camera, so the browser may prompt for it now.
  return { view: await api.giveConsent(view.consentVersion, page.language), isCameraAsked: true };
};
