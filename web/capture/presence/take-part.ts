import { actions, el, field, form, icon, paragraph, refuse, submitButton } from '../dom.js';
import type { Page } from '../page.js';
import type { TakingPart, TesterView } from './presence-api.js';

/** Texts of the consent. If you change them, also change `presenceConsentVersion`. */
const sectionsOf = ({ responsible, keepDays }: TesterView): readonly (readonly [string, string, string])[] => [
  [
    'camera',
    'What is stored',
    'Twelve pictures of each presentation (five without the screen’s colours), of you or of what you hold before the camera; which movement was asked for in each; your ' +
      'code name, the light and the device. Pictures by which people can be recognised are biometric data.',
  ],
  [
    'sealed',
    'Where',
    `On the server at ${location.host} alone, encrypted, run by ${responsible}. Nothing is sent to anybody else.`,
  ],
  ['stopped', 'Until when', `For ${keepDays} days after you first agree. ${responsible} then has it erased.`],
  [
    'undo',
    'How to have it erased before',
    `At any time and without a reason: tell ${responsible} your code name. What was kept of you is erased. Counts that were ` +
      'reported by then stay; they hold no picture and no name.',
  ],
  [
    'refuse',
    'You may say no',
    'Taking part is voluntary, and you may stop at any time. Hold nobody before the camera but yourself: prints and recordings ' +
      'are of you.',
  ],
];

const tick = (id: string, text: string) => {
  const input = el('input', { id, type: 'checkbox' });
  return { input, element: el('div', { class: 'tick' }, input, el('label', { for: id }, text)) };
};

/** Shows the consent text and asks for participant and device. Nothing is preselected. */
export function takePart(view: TesterView, page: Page): Promise<TakingPart> {
  return page.ask<TakingPart>((_words, choose) => {
    const typed = { autocomplete: 'off', autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false' };
    const code = el('input', { id: 'code', type: 'text', maxlength: '40', ...typed });
    const rule = paragraph('One that you make up, not your own name. The same one on every device.', 'rule');
    rule.id = 'code-rule';
    code.setAttribute('aria-describedby', 'code-rule wrong');
    const device = el(
      'select',
      { id: 'device' },
      ...view.devices.map(({ name, title }) => el('option', { value: name }, title)),
    );
    const agrees = tick('agrees', 'I have read this, and agree that these pictures are kept and measured.');
    const allows = tick(
      'allows',
      'My live pictures may also be used to measure how well faces are told apart (false matches). This is not needed to take part.',
    );
    const wrong = el('p', { id: 'wrong', class: 'wrong', role: 'alert' });
    const check = (): void => {
      for (const input of [code, agrees.input]) input.removeAttribute('aria-invalid');
      const person = code.value.trim();
      if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(person))
        refuse(code, wrong, 'Choose a code name of letters and digits.');
      else if (!agrees.input.checked)
        refuse(agrees.input, wrong, 'Without your agreement nothing is kept, and there is nothing to measure.');
      else choose({ person, device: device.value, allowsAccuracy: allows.input.checked });
    };
    const asking = form(
      check,
      field('Code name', code),
      rule,
      field('This device', device),
      agrees.element,
      allows.element,
      wrong,
      actions(submitButton('Take part')),
    );
    const items = sectionsOf(view).map(([name, heading, text]) =>
      el('li', {}, icon(name), el('div', {}, el('h2', {}, heading), paragraph(text))),
    );
    return {
      screen: 'tester',
      heading: 'Help to measure this face check',
      body: [
        paragraph(
          `${view.responsible} measures how often it takes a print, a screen or a mask for a person, and how often it refuses people.`,
          'lead',
        ),
        el('ul', { class: 'sections' }, ...items),
        asking,
      ],
    };
  });
}
