import { el, paragraph, yesOrNo } from '../dom.js';
import { Problem, type ProblemName } from '../problem.js';
import type { Step } from '../step.js';

/** Lets the person choose between passkey and face. After a passkey that fails, they choose again. */
export const choice: Step = async (_view, _facts, { page, api }) => {
  let failure: ProblemName | null = null;
  for (;;) {
    const shown: ProblemName | null = failure;
    const usesPasskey = await page.ask<boolean>((words, choose) => ({
      screen: 'choice',
      heading: words.choice.heading,
      body: [
        paragraph(words.choice.text, 'lead'),
        shown === null ? null : el('p', { class: 'wrong', role: 'alert' }, words.problems[shown].heading),
        yesOrNo(choose, words.choice.passkey, words.choice.face),
      ],
    }));
    if (!usesPasskey) return { isFaceChosen: true };
    try {
      const { usePasskey } = await import('../passkey.js');
      const { ceremony, options } = await api.startPasskey();
      return await api.passByPasskey(await usePasskey(ceremony, options));
    } catch (error) {
      if (!(error instanceof Problem && error.problem.startsWith('passkey-'))) throw error;
      failure = error.problem;
    }
  }
};
