import { isPin, isWeakPin } from '../../../src/core/step-up/pin.js';
import { toPlainDigits } from '../digits.js';
import { actions, button, el, paragraph } from '../dom.js';
import { Problem, type ProblemName } from '../problem.js';
import type { Change } from '../state.js';
import type { Step } from '../step.js';

export const pin: Step = async (view, { isKiosk }, { page }) => {
  const isNew = view.purpose === 'enrol';
  return page.ask<Change>((words, choose) => {
    const first = pinField('pin', words.pin.label, isKiosk ? 'off' : isNew ? 'new-password' : 'current-password');
    const second = isNew ? pinField('pin-again', words.pin.repeat, isKiosk ? 'off' : 'new-password') : null;
    const rule = paragraph(words.pin.rule, 'rule');
    rule.id = 'pin-rule';
    const wrong = el('p', { id: 'pin-wrong', class: 'wrong', role: 'alert' });
    first.input.setAttribute('aria-describedby', 'pin-rule pin-wrong');
    second?.input.setAttribute('aria-describedby', 'pin-wrong');
    const refuse = (text: string, input: HTMLInputElement): void => {
      wrong.textContent = text;
      input.setAttribute('aria-invalid', 'true');
      input.focus();
    };
    const form = el(
      'form',
      { novalidate: true },
      first.element,
      rule,
      second?.element ?? null,
      wrong,
      actions(el('button', { type: 'submit', class: 'button plain' }, words.next)),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      for (const { input } of [first, second ?? first]) input.removeAttribute('aria-invalid');
      const chosen = toPlainDigits(first.input.value);
      if (!isPin(chosen)) refuse(words.pin.tooShort, first.input);
      else if (isNew && isWeakPin(chosen)) refuse(words.pin.weak, first.input);
      else if (second !== null && toPlainDigits(second.input.value) !== chosen)
        refuse(words.pin.different, second.input);
      else choose({ secret: { pin: chosen } });
    });
    return {
      screen: 'pin',
      heading: isNew ? words.pin.chooseHeading : words.pin.enterHeading,
      body: [paragraph(isNew ? words.pin.chooseText : words.pin.enterText, 'lead'), form],
    };
  });
};

function pinField(
  id: string,
  label: string,
  autocomplete: string,
): { readonly element: HTMLDivElement; readonly input: HTMLInputElement } {
  const input = el('input', { id, name: id, type: 'password', inputmode: 'numeric', autocomplete, maxlength: '12' });
  return { element: el('div', { class: 'field' }, el('label', { for: id }, label), input), input };
}

const problemByReason = {
  unsupported: 'passkey-unsupported',
  cancelled: 'passkey-cancelled',
  no_prf: 'passkey-no-prf',
  not_known: 'passkey-not-known',
} as const satisfies Record<string, ProblemName>;

/** Creates the passkey at enrolment, or uses it at a check. Devices require a press. */
export const passkey: Step = async (view, _facts, tools) => {
  const { usePasskey, PasskeyProblem } = await import('../passkey.js');
  const isNew = view.purpose === 'enrol';
  await tools.page.ask<null>((words, choose) => ({
    screen: 'passkey',
    heading: isNew ? words.passkey.createHeading : words.passkey.getHeading,
    body: [
      paragraph(isNew ? words.passkey.createText : words.passkey.getText, 'lead'),
      actions(button('plain', words.passkey.action, () => choose(null))),
    ],
  }));
  const { ceremony, options } = await tools.api.startPasskey();
  try {
    return { secret: { passkey: await usePasskey(ceremony, options) } };
  } catch (error) {
    if (error instanceof PasskeyProblem) throw new Problem(problemByReason[error.reason], null, { cause: error });
    throw error;
  }
};
