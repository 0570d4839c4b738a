import { hintOfFrames } from '../../../src/core/hints.js';
import { actions, button, el, paragraph } from '../dom.js';
import type { Words } from '../messages/words.js';
import type { Content } from '../page.js';
import { UnusablePictures } from '../problem.js';
import { afterTry } from '../state.js';
import type { Step } from '../step.js';

/** While the server looks at pictures. */
export const waiting = (screen: 'sending' | 'reference-look', { sending: words }: Words): Content => ({
  screen,
  heading: words.heading,
  body: [el('div', { class: 'spinner', 'aria-hidden': 'true' }), paragraph(words.text, 'lead')],
});

/** Sends the pictures and waits for the judgement. They are dropped whatever it is. */
export const sending: Step = async (before, facts, { page, api }) => {
  const { frames, device, secret, referencePhoto } = facts;
  if (frames === null) return {};
  page.show((words) => waiting('sending', words));
  try {
    const { view, outcome, hint, receipt } = await api.send({
      ...{ frames, device, secret, reference: referencePhoto },
      language: page.language,
    });
    if (outcome !== 'try_again')
      return { frames: null, secret: null, referencePhoto: null, receipt, view: { ...view, state: outcome } };
    return { ...afterTry(before, facts, hint), view };
  } catch (error) {
    if (!(error instanceof UnusablePictures)) throw error;
    const { view } = await api.readState();
    return { ...afterTry(before, facts, hintOfFrames[error.code]), view };
  }
};

/** Says what would help, and how many tries are left. */
export const tryAgain: Step = async (view, facts, tools) => {
  const { again, withoutLight } = facts;
  const leavesLightOut = again?.hint === 'too_bright' && withoutLight && view.light === 'offered';
  await tools.page.ask<null>((words, choose) => ({
    screen: 'try-again',
    heading: words.again.heading,
    body: [
      again === null || again.hint === null ? null : paragraph(words.hints[again.hint], 'note'),
      paragraph(words.again.text, 'lead'),
      leavesLightOut ? paragraph(words.again.withoutLight) : null,
      paragraph(words.again.triesLeft(view.triesLeft)),
      actions(button('plain', words.tryAgain, () => choose(null))),
    ],
  }));
  return { again: null, isCameraAsked: true };
};
