import { el, facts, paragraph, yesOrNo } from '../dom.js';
import type { Step } from '../step.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

type Named = NonNullable<View['action']>;

/** Isolates the action's text, so that its direction does not affect its surroundings. */
const shown = (text: string): HTMLElement => el('bdi', {}, text);

/** Shows the action completely and without additions. */
function describe({ title, lines = [], amount, payee, document }: Named['words'], { action }: Words): HTMLElement {
  const row = (name: string, value: string | undefined) => [name, value === undefined ? null : shown(value)] as const;
  return el(
    'section',
    { class: 'action', 'aria-label': action.heading },
    el('h2', {}, shown(title)),
    ...lines.map((line) => el('p', {}, shown(line))),
    facts([
      row(action.amount, amount && `${amount.value} ${amount.currency}`),
      row(action.payee, payee),
      row(action.document, document?.name),
      row(action.digest, document?.digest),
    ]),
  );
}

export const action: Step = async (view, _facts, { page, api }) => {
  const { action: named } = view;
  if (named === null) return {};
  const approves = await page.ask<boolean>((words, choose) => ({
    screen: 'action',
    heading: words.action.heading,
    body: [
      paragraph(words.action.intro({ application: view.organisation }), 'lead'),
      // This note is above the action, because on a phone the buttons may cover the end of the page.
      ...(named.mixedScripts ? [paragraph(words.action.mixedScripts, 'note')] : []),
      describe(named.words, words),
      paragraph(words.action.warning, 'note'),
      yesOrNo(choose, words.action.approve, words.action.refuse, { no: 'danger' }),
    ],
  }));
  if (!approves) return { view: await api.decline() };
  api.shownAction = named.digest;
  return { isActionSeen: true };
};
