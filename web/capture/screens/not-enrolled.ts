import { actions, button, paragraph, sign } from '../dom.js';
import { Problem } from '../problem.js';
import type { Step } from '../step.js';
import { otherWayButton, takeOtherWay } from './ways.js';

/** Tells a user without an enrolment before the camera opens, and offers a link to set one up. */
export const notEnrolled: Step = async (view, { missingEnrolment }, { page, api }) => {
  const isOffered = missingEnrolment?.linkOffered === true;
  const choice = await page.ask<'send' | 'elsewhere'>((words, choose) => ({
    screen: 'not-enrolled',
    heading: words.notEnrolled.heading,
    body: [
      sign('problem'),
      paragraph(isOffered ? words.notEnrolled.text : words.notEnrolled.askText, 'lead'),
      actions(
        isOffered ? button('plain', words.notEnrolled.send, () => choose('send')) : null,
        otherWayButton(view, words, () => choose('elsewhere')),
      ),
    ],
  }));
  if (choice === 'elsewhere') return takeOtherWay(view, { api });
  let isSent: boolean;
  try {
    isSent = await api.sendSetUpLink(page.language);
  } catch (error) {
    // The limit of these e-mails is no lockout of face checks.
    if (error instanceof Problem && error.problem === 'locked-out') return { missingEnrolment: { linkOffered: false } };
    throw error;
  }
  await page.ask<null>((words, choose) => ({
    screen: 'link-sent',
    heading: isSent ? words.notEnrolled.sent : words.problems['not-sent'].heading,
    body: [
      sign(isSent ? 'passed' : 'problem'),
      paragraph(isSent ? words.notEnrolled.sentText : words.notSent, 'lead'),
      actions(button('plain', words.goOn, () => choose(null))),
    ],
  }));
  return api.readState();
};
