import { actions, button, el, paragraph } from '../dom.js';
import type { Words } from '../messages/words.js';
import { Problem } from '../problem.js';
import type { Step } from '../step.js';
import type { View } from '../view.js';

/**
 * On the phone: the user selects the number on the computer. A forwarded link, which could lure them into another
 * person's check, does not show that number.
 */
export const pairing: Step = async (view, _facts, tools) => {
  const { pairing: asked } = view;
  if (asked === null) throw new Problem('link-over');
  const isCall = asked.kind === 'call';
  const number = await tools.page.ask<string | null>((words, choose) => ({
    screen: isCall ? 'call' : 'pairing',
    heading: isCall ? words.call.heading : words.pairing.heading,
    body: [
      paragraph(isCall ? words.call.text : words.pairing.text, 'lead'),
      isCall ? null : describe(asked, view.organisation, words),
      paragraph(isCall ? words.call.warning : words.pairing.warning, 'note'),
      el(
        'div',
        {
          class: 'numbers',
          role: 'group',
          'aria-label': isCall ? words.call.heading : words.pairing.heading,
          dir: 'ltr',
        },
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
  const rows: [string, string | null][] = [
    [words.organisation, organisation],
    [words.application, application],
    [words.computer, device === '' ? words.unknown : device],
    [words.network, network ?? words.unknown],
  ];
  return el(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([name, value]) =>
      value === null ? [] : [el('div', {}, el('dt', {}, name), el('dd', {}, el('bdi', {}, value)))],
    ),
  );
}
