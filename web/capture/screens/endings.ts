import { actions, button, el, linkButton, paragraph, sign } from '../dom.js';
import { clearKiosk } from '../kiosk.js';
import type { Content, Page } from '../page.js';
import { toReturnLink } from '../page-link.js';
import type { Ending, Facts } from '../state.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

const leaveAfterMs = { passed: 500, otherwise: 10_000 } as const;
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
  const { heading, text } = textsOf(ending, purpose, words);
  const isJudged = ending === 'passed' || ending === 'failed';
  return {
    screen: ending,
    heading,
    body: [
      sign(signs[ending]),
      paragraph(isJudged && isTest ? words.testPerson.ended : text, 'lead'),
      ending === 'failed' && role === 'own' ? paragraph(words.failed.next, 'lead') : null,
    ],
  };
}

const signs = {
  passed: 'passed',
  passed_another_way: 'passed',
  failed: 'failed',
  expired: 'stopped',
  abandoned: 'stopped',
} as const satisfies Record<Ending, string>;

function textsOf(ending: Ending, purpose: View['purpose'], words: Words): { heading: string; text: string } {
  if (ending === 'passed')
    return { heading: words.passed[purpose === 'enrol' ? 'enrol' : 'verify'], text: words.passed.text };
  if (ending === 'passed_another_way') return words.ways.passed;
  return ending === 'abandoned' && purpose === 'manage' ? words.manage.closed : words[ending];
}

const isPhoneDone = ({ role, handOff }: Pick<View, 'role' | 'handOff'>): boolean =>
  handOff?.state === 'refused' || (role === 'unpaired' && handOff === null);

/** Returns the links of an ending: a fallback, then the application. The phone shows none. */
export function waysOn(
  ending: Ending,
  { role, fallbackUrl, handOff, application, purpose, ownPage }: View,
  back: string | null,
  words: Words,
): HTMLElement[] {
  if (role !== 'own') return [paragraph(isPhoneDone({ role, handOff }) ? words.mayClose : words.passed.onPhone)];
  if (back !== null && goesBack(ending, { role, fallbackUrl })) {
    return [paragraph(words.passed.returning({ application })), actions(linkButton('plain', words.goOn, back))];
  }
  const isSetUp = ending === 'passed' && purpose === 'enrol';
  const own = isSetUp && ownPage !== null ? linkButton('quiet', words.ownPage, ownPage) : null;
  const other = isPassed(ending) || fallbackUrl === null ? null : linkButton('plain', words.otherWay, fallbackUrl);
  const leave = back === null ? null : linkButton(other === null ? 'plain' : 'quiet', words.leave, back);
  return [...(other === null && back === null ? [paragraph(words.mayClose)] : []), actions(own, other, leave)];
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
