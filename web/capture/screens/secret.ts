import { toPlainDigits } from '../../../src/core/plain-digits.js';
import { isPin, isWeakPin } from '../../../src/enrolment/pin.js';
import { actions, button, el, field, form, paragraph, refuse, submitButton } from '../dom.js';
import type { Change } from '../state.js';
import type { Step } from '../step.js';

export const pin: Step = async (view, { isKiosk }, { page }) => {
  const isNew = view.purpose === 'enrol';
  const autocomplete = isNew ? 'new-password' : 'current-password';
  return page.ask<Change>((words, choose) => {
    const texts = isNew
      ? { heading: words.pin.chooseHeading, text: words.pin.chooseText }
      : { heading: words.pin.enterHeading, text: words.pin.enterText };
    const first = pinInput('pin', isKiosk ? 'off' : autocomplete);
    const second = isNew ? pinInput('pin-again', isKiosk ? 'off' : autocomplete) : null;
    const rule = paragraph(words.pin.rule, 'rule');
    rule.id = 'pin-rule';
    const wrong = el('p', { id: 'pin-wrong', class: 'wrong', role: 'alert' });
    first.setAttribute('aria-describedby', 'pin-rule pin-wrong');
    second?.setAttribute('aria-describedby', 'pin-wrong');
    const check = (): void => {
      for (const input of [first, second]) input?.removeAttribute('aria-invalid');
      const chosen = toPlainDigits(first.value);
      if (!isPin(chosen)) refuse(first, wrong, words.pin.tooShort);
      else if (isNew && isWeakPin(chosen)) refuse(first, wrong, words.pin.weak);
      else if (second !== null && toPlainDigits(second.value) !== chosen) refuse(second, wrong, words.pin.different);
      else choose({ secret: { pin: chosen } });
    };
    const asking = form(
      check,
      field(words.pin.label, first),
      rule,
      second === null ? null : field(words.pin.repeat, second),
      wrong,
      actions(submitButton(words.next)),
    );
    return {
      screen: 'pin',
      heading: texts.heading,
      body: [paragraph(texts.text, 'lead'), asking],
    };
  });
};

const pinInput = (id: string, autocomplete: string): HTMLInputElement =>
  el('input', { id, name: id, type: 'password', inputmode: 'numeric', autocomplete, maxlength: '12' });

/** Creates the passkey at enrolment, or uses it at a check. Devices require a press. An offered one can be declined. */
export const passkey: Step = async (view, _facts, tools) => {
  const { usePasskey } = await import('../passkey.js');
  const isOffered = view.signInPasskey === 'offered';
  const wants = await tools.page.ask<boolean>(({ passkey: words }, choose) => {
    const offered = { heading: words.offerHeading, text: words.offerText };
    const created = { heading: words.createHeading, text: words.createText };
    const used = { heading: words.getHeading, text: words.getText };
    const texts = isOffered ? offered : view.purpose === 'enrol' ? created : used;
    return {
      screen: 'passkey',
      heading: texts.heading,
      body: [
        paragraph(texts.text, 'lead'),
        actions(
          button('plain', words.action, () => choose(true)),
          isOffered ? button('quiet', words.skip, () => choose(false)) : null,
        ),
      ],
    };
  });
  if (!wants) return { isPasskeyDeclined: true };
  const { ceremony, options } = await tools.api.startPasskey();
  return { secret: { passkey: await usePasskey(ceremony, options) } };
};
