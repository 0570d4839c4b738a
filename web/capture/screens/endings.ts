import { actions, button, el, linkButton, paragraph, sign } from '../dom.js';
import { clearKiosk } from '../kiosk.js';
import type { Words } from '../messages/words.js';
import type { Content, Page } from '../page.js';
import { toReturnLink } from '../page-link.js';
import type { Facts } from '../state.js';
import type { View } from '../view.js';

const leaveAfterMs = 1000;
const kioskClearsAfterSec = 8;

/** How a check can end. */
export type Ending = 'passed' | 'passed_another_way' | 'failed' | 'expired' | 'abandoned';

/** Says how it ended and where the person goes from here. On a kiosk, the page then forgets them. */
export async function end(ending: Ending, view: View, facts: Facts, page: Page): Promise<never> {
  const back = view.returnUrl === null || !facts.leadsBack ? null : toReturnLink(view.returnUrl, facts.receipt);
  // What a check leads back to goes on, at a kiosk too; what it has ended is cleared there.
  if (facts.isKiosk && !(back !== null && isPassed(ending))) {
    return clearAfterAWhile(page, (words) => contentOf(ending, view, words), back);
  }
  page.show((words) => {
    const content = contentOf(ending, view, words);
    return { ...content, body: [...content.body, ...waysOn(ending, view, back, words)] };
  });
  if (back !== null && goesBack(ending, view)) {
    setTimeout(() => location.replace(back), leaveAfterMs);
  }
  return new Promise(() => {});
}

const isPassed = (ending: Ending): boolean => ending === 'passed' || ending === 'passed_another_way';

/** Whether the page goes back by itself: nobody who stopped the check has another way to choose first. */
const goesBack = (ending: Ending, { role, fallbackUrl }: Pick<View, 'role' | 'fallbackUrl'>): boolean =>
  role === 'own' && (isPassed(ending) || (ending === 'abandoned' && fallbackUrl === null));

/** What the end says. */
export function contentOf(ending: Ending, { purpose, role, handOff }: View, words: Words): Content {
  if (handOff?.state === 'refused') {
    const { refused, refusedText } = role === 'own' ? words.handOff : words.pairing;
    return { screen: 'refused', heading: refused, body: [sign('stopped'), paragraph(refusedText, 'lead')] };
  }
  if (ending === 'passed') {
    const heading = words.passed[purpose === 'enrol' ? 'enrol' : 'verify'];
    return { screen: ending, heading, body: [sign('passed'), paragraph(words.passed.text, 'lead')] };
  }
  if (ending === 'passed_another_way') {
    const { heading, text } = words.ways.passed;
    return { screen: ending, heading, body: [sign('passed'), paragraph(text, 'lead')] };
  }
  const { heading, text } = ending === 'abandoned' && purpose === 'manage' ? words.manage.closed : words[ending];
  return {
    screen: ending,
    heading,
    body: [sign(ending === 'failed' ? 'failed' : 'stopped'), paragraph(text, 'lead')],
  };
}

/** Back to where the person came from; where it did not pass, another way before that. The phone's part is over. */
export function waysOn(
  ending: Ending,
  { role, fallbackUrl, handOff }: View,
  back: string | null,
  words: Words,
): HTMLElement[] {
  if (role === 'unpaired' && handOff === null) return [paragraph(words.mayClose)];
  if (role !== 'own') return [paragraph(handOff?.state === 'refused' ? words.mayClose : words.passed.onPhone)];
  if (back !== null && goesBack(ending, { role, fallbackUrl })) {
    return [paragraph(words.passed.returning), actions(linkButton('plain', words.goOn, back))];
  }
  const otherWay = isPassed(ending) ? null : fallbackUrl;
  if (otherWay === null && back === null) return [paragraph(words.mayClose)];
  return [
    actions(
      otherWay === null ? null : linkButton('plain', words.otherWay, otherWay),
      back === null ? null : linkButton(otherWay === null ? 'plain' : 'quiet', words.leave, back),
    ),
  ];
}

/** Shows the ending for a few seconds, then clears it. @param back - who has to hear of it first; `null`: nobody */
function clearAfterAWhile(page: Page, build: (words: Words) => Content, back: string | null): Promise<never> {
  const clear = (): void => (back === null ? clearKiosk() : location.replace(back));
  let left = kioskClearsAfterSec;
  const count = el('p', { class: 'progress' });
  page.show((words) => {
    const content = build(words);
    count.textContent = words.kiosk.resets(left);
    return { ...content, body: [...content.body, count, actions(button('quiet', words.kiosk.now, clear))] };
  });
  const ticks = setInterval(() => {
    left -= 1;
    count.textContent = page.words.kiosk.resets(left);
    if (left > 0) return;
    // Once: whoever asks again throws away what is on its way.
    clearInterval(ticks);
    clear();
  }, 1000);
  return new Promise(() => {});
}
