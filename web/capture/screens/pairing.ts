import { actions, button, el, facts, paragraph } from '../dom.js';
import { Problem } from '../problem.js';
import type { Step } from '../step.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

/**
 * On the phone: the user selects the number on the computer. A forwarded link, which could lure them into another
 * person's check, does not show that number.
 */
export const pairing: Step = async (view, _facts, tools) => {
  const { pairing: asked } = view;
  if (asked === null) throw new Problem('link-over');
  const isCall = asked.kind === 'call';
  const textsOf = (words: Words) => words[isCall ? 'call' : 'pairing'];
  const number = await tools.page.ask<string | null>((words, choose) => ({
    screen: isCall ? 'call' : 'pairing',
    heading: textsOf(words).heading,
    body: [
      paragraph(textsOf(words).text, 'lead'),
      isCall ? null : describe(asked, view.organisation, words),
      paragraph(textsOf(words).warning, 'note'),
      el(
        'div',
        { class: 'numbers', role: 'group', 'aria-label': textsOf(words).heading, dir: 'ltr' },
        ...asked.choices.map((choice) => button('quiet', choice, () => choose(choice))),
      ),
      actions(button('danger', words.pairing.none, () => choose(null))),
    ],
  }));
  return { view: await tools.api.chooseNumber(number) };
};

function describe(
  { application, browser, system, network }: NonNullable<View['pairing']>,
  organisation: string | null,
  { pairing: words }: Words,
): HTMLDListElement {
  const device = [browser, system].filter((name) => name !== null).join(', ');
  const isolated = (text: string | null): HTMLElement | null => (text === null ? null : el('bdi', {}, text));
  return facts([
    [words.organisation, isolated(organisation)],
    [words.application, isolated(application)],
    [words.computer, isolated(device === '' ? words.unknown : device)],
    [words.network, isolated(network ?? words.unknown)],
  ]);
}
