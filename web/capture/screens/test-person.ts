import { paragraph, yesOrNo } from '../dom.js';
import type { Step } from '../step.js';

/** Ends the check of a test person, without a camera. */
export const testPerson: Step = async (_view, _facts, { page, api }) => {
  const goesOn = await page.ask<boolean>((words, choose) => ({
    screen: 'test-person',
    heading: words.testPerson.heading,
    body: [paragraph(words.testPerson.text, 'lead'), yesOrNo(choose, words.testPerson.end, words.refuse)],
  }));
  return goesOn ? api.endTest() : { view: await api.decline() };
};
