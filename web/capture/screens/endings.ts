import { actions, button, el, linkButton, paragraph, sign } from '../dom.js';
import { clearKiosk } from '../kiosk.js';
import type { Content, Page } from '../page.js';
import { toReturnLink } from '../page-link.js';
import type { Ending, Facts } from '../state.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

const leaveAfterMs = { passed: 1000, otherwise: 10_000 } as const;
const kioskClearsAfterSec = 8;

export async function end(ending: Ending, view: View, facts: Facts, page: Page): Promise<never> {
  const back = view.returnUrl === null || !facts.leadsBack ? null : toReturnLink(view.returnUrl, facts.receipt);
  // After a pass, the return address opens, also at a kiosk.
  if (facts.isKiosk && !(back !== null && isPassed(ending))) {
    return clearAfterAWhile(page, (words) => contentOf(ending, view, words), back);
  }
  page.show((words) => {
    const content = facts.isCallRefused
      ? refusedContent(words.call.refusedText, words)
      : contentOf(ending, view, words);
    return { ...content, body: [...content.body, ...waysOn(ending, view, back, words)] };
  });
  if (back !== null && goesBack(ending, view)) {
    setTimeout(() => location.replace(back), leaveAfterMs[isPassed(ending) ? 'passed' : 'otherwise']);
  }
  return new Promise(() => {});
}

const isPassed = (ending: Ending): boolean => ending === 'passed' || ending === 'passed_another_way';

/** Returns true if the page returns by itself, which it does not if the user should see a fallback. */
const goesBack = (ending: Ending, { role, fallbackUrl }: Pick<View, 'role' | 'fallbackUrl'>): boolean =>
  role === 'own' && (isPassed(ending) || fallbackUrl === null);

const refusedContent = (text: string, words: Words, heading = words.pairing.refused): Content => ({
  screen: 'refused',
  heading,
  body: [sign('stopped'), paragraph(text, 'lead')],
});

export function contentOf(ending: Ending, { purpose, role, handOff, isTest }: View, words: Words): Content {
  if (handOff?.state === 'refused') {
    const { refused, refusedText } = role === 'own' ? words.handOff : words.pairing;
    return refusedContent(refusedText, words, refused);
  }
  if (ending === 'passed') {
    const heading = words.passed[purpose === 'enrol' ? 'enrol' : 'verify'];
    return {
      screen: ending,
      heading,
      body: [sign('passed'), paragraph(isTest ? words.testPerson.ended : words.passed.text, 'lead')],
    };
  }
  if (ending === 'passed_another_way') {
    const { heading, text } = words.ways.passed;
    return { screen: ending, heading, body: [sign('passed'), paragraph(text, 'lead')] };
  }
  const { heading, text } = ending === 'abandoned' && purpose === 'manage' ? words.manage.closed : words[ending];
  const isFailed = ending === 'failed';
  return {
    screen: ending,
    heading,
    body: [
      sign(isFailed ? 'failed' : 'stopped'),
      paragraph(isFailed && isTest ? words.testPerson.ended : text, 'lead'),
      isFailed && role === 'own' ? paragraph(words.failed.next, 'lead') : null,
    ],
  };
}

/** Returns the links of an ending: a fallback, then the application. The phone shows none. */
export function waysOn(
  ending: Ending,
  { role, fallbackUrl, handOff, application, purpose, ownPage }: View,
  back: string | null,
  words: Words,
): HTMLElement[] {
  if (role === 'unpaired' && handOff === null) return [paragraph(words.mayClose)];
  if (role !== 'own') return [paragraph(handOff?.state === 'refused' ? words.mayClose : words.passed.onPhone)];
  if (back !== null && goesBack(ending, { role, fallbackUrl })) {
    return [paragraph(words.passed.returning({ application })), actions(linkButton('plain', words.goOn, back))];
  }
  const otherWay = isPassed(ending) ? null : fallbackUrl;
  const isSetUp = ending === 'passed' && purpose === 'enrol';
  const own = isSetUp && ownPage !== null ? linkButton('quiet', words.ownPage, ownPage) : null;
  if (otherWay === null && back === null) return [paragraph(words.mayClose), actions(own)];
  return [
    actions(
      own,
      otherWay === null ? null : linkButton('plain', words.otherWay, otherWay),
      back === null ? null : linkButton(otherWay === null ? 'plain' : 'quiet', words.leave, back),
    ),
  ];
}

function clearAfterAWhile(page: Page, build: (words: Words) => Content, back: string | null): Promise<never> {
  const clear = (): void => (back === null ? clearKiosk() : location.replace(back));
  let left = kioskClearsAfterSec;
  const count = el('p', { class: 'progress' });
  page.show((words) => {
    const content = build(words);
    count.textContent = words.kiosk.resets({ seconds: left });
    return { ...content, body: [...content.body, count, actions(button('quiet', words.kiosk.now, clear))] };
  });
  const ticks = setInterval(() => {
    left -= 1;
    count.textContent = page.words.kiosk.resets({ seconds: left });
    if (left > 0) return;
    // The timer is stopped, because a second navigation would cancel the first.
    clearInterval(ticks);
    clear();
  }, 1000);
  return new Promise(() => {});
}
