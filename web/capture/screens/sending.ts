import { hintOfFrames } from '../../../src/core/hints.js';
import { actions, button, el, paragraph } from '../dom.js';
import type { Content } from '../page.js';
import { UnusablePictures } from '../problem.js';
import { afterTry, type Change, type Facts } from '../state.js';
import { type Step, sleep, type Tools } from '../step.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';
import { otherWayButton, takeOtherWay } from './ways.js';

export const waiting = (
  screen: 'sending' | 'reference-look' | 'document-look',
  { sending: words }: Words,
): Content => ({
  screen,
  heading: words.heading,
  body: [el('div', { class: 'spinner', 'aria-hidden': 'true' }), paragraph(words.text, 'lead')],
});

const askAgainMs = 1000;

/** Waits for the judgment, the only possibility after a network error or reload. */
async function whenJudged(before: View, facts: Facts, { api }: Tools): Promise<Change> {
  for (;;) {
    await sleep(askAgainMs);
    const found = await api.readState();
    if (found.view.state === 'captured') continue;
    return facts.frames === null ? found : { ...afterTry(before, facts, null), ...found };
  }
}

export const sending: Step = async (before, facts, tools) => {
  const { page, api } = tools;
  const { frames, device, secret, referencePhoto, document } = facts;
  page.show((words) => waiting('sending', words));
  if (before.state === 'captured') return whenJudged(before, facts, tools);
  if (frames === null) return {};
  try {
    const { view, outcome, hint, receipt, lockedForSec } = await api.send({
      frames,
      device,
      secret,
      reference: referencePhoto,
      document,
      language: page.language,
    });
    if (outcome !== 'try_again')
      return {
        frames: null,
        secret: null,
        referencePhoto: null,
        document: null,
        receipt,
        view: { ...view, state: outcome },
      };
    return { ...afterTry(before, facts, hint), view, lockedForSec };
  } catch (error) {
    if (!(error instanceof UnusablePictures)) throw error;
    const { view } = await api.readState();
    return { ...afterTry(before, facts, hintOfFrames[error.code]), view };
  }
};

export const tryAgain: Step = async (view, facts, tools) => {
  const { again, withoutLight } = facts;
  const leavesLightOut = again?.hint === 'too_bright' && withoutLight && view.light === 'offered';
  const choice = await tools.page.ask<'again' | 'elsewhere'>((words, choose) => ({
    screen: 'try-again',
    heading: words.again.heading,
    body: [
      again === null || again.hint === null ? null : paragraph(words.hints[again.hint], 'note'),
      paragraph(words.again.text, 'lead'),
      leavesLightOut ? paragraph(words.again.withoutLight) : null,
      paragraph(words.again.triesLeft({ tries: view.triesLeft })),
      actions(
        button('plain', words.tryAgain, () => choose('again')),
        otherWayButton(view, words, () => choose('elsewhere')),
      ),
    ],
  }));
  return choice === 'elsewhere' ? takeOtherWay(view, tools) : { again: null, isCameraAsked: true };
};
