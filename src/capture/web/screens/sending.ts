import { actions, button, el, paragraph } from '../dom.js';
import { UnusablePictures } from '../problem.js';
import { afterTry } from '../state.js';
import { decline, type Step } from '../step.js';

/** Sends the pictures and waits for the judgement. They are dropped whatever it is. */
export const sending: Step = async (before, { frames, secret, referencePhoto }, { page, api }) => {
  if (frames === null) return {};
  page.show((words) => ({
    screen: 'sending',
    heading: words.sending.heading,
    body: [el('div', { class: 'spinner', 'aria-hidden': 'true' }), paragraph(words.sending.text, 'lead')],
  }));
  try {
    const { view, outcome, hint, receipt } = await api.send(frames, secret, referencePhoto);
    if (outcome !== 'try_again')
      return { frames: null, secret: null, referencePhoto: null, receipt, view: { ...view, state: outcome } };
    const isReferenceBad = hint === 'reference';
    return { ...afterTry(before), view, again: { hint }, ...(isReferenceBad ? { referencePhoto: null } : {}) };
  } catch (error) {
    if (!(error instanceof UnusablePictures)) throw error;
    const { view } = await api.readState();
    return { ...afterTry(before), view, again: { hint: error.hint } };
  }
};

/** Says what would help, and how many tries are left. */
export const tryAgain: Step = async (view, { again }, tools) => {
  const goesOn = await tools.page.ask<boolean>((words, choose) => ({
    screen: 'try-again',
    heading: words.again.heading,
    body: [
      again === null || again.hint === null ? null : paragraph(words.again.hints[again.hint], 'note'),
      paragraph(words.again.text, 'lead'),
      paragraph(words.again.triesLeft(view.triesLeft)),
      actions(
        button('plain', words.tryAgain, () => choose(true)),
        button('faint', words.cannot, () => choose(false)),
      ),
    ],
  }));
  return goesOn ? { again: null, isCameraAsked: true } : decline(tools);
};
