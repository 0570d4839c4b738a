import { actions, button, el, paragraph } from './dom.js';
import type { Page } from './page.js';
import type { PageApi } from './page-api.js';
import { Problem, toKnown } from './problem.js';
import { describeConsent } from './screens/consent.js';
import { type Change, hasWays } from './state.js';
import { sleep } from './step.js';
import type { View } from './view.js';
import type { Words } from './words.js';

const askAgainMs = 1000;

/**
 * Returns true if the footer offers to stop the check. page.css hides the footer on the consent screen, which has its
 * own button for that.
 */
const hasWayOut = ({ state, purpose, role }: View): boolean =>
  (state === 'started' || state === 'captured') && purpose !== 'manage' && role !== 'unpaired';

/** Shows the footer of a view. Resolves with the new state after the user stops the check. */
export type StandBelow = (view: View | null) => Promise<Change>;

/** Creates the footer. If the screen changes while the check is being stopped, the footer continues to show this. */
export function createFoot({ page, api }: { readonly page: Page; readonly api: PageApi }): StandBelow {
  let stopping: Promise<Change> | null = null;
  return (view) =>
    new Promise((resolve) => {
      if (view === null || !hasWayOut(view)) return page.showBelow(() => []);
      let trouble: Problem | null = null;
      const show = (): void => {
        const isStopping = stopping !== null;
        page.showBelow((words) => contentOf(view, words, { isStopping, trouble, stop }));
      };
      const follow = (decided: Promise<Change>): void => {
        decided.then(resolve, (error: unknown) => {
          stopping = null;
          trouble = toKnown(error);
          show();
        });
      };
      const stop = (): void => {
        if (hasWays(view) && view.role === 'own') {
          resolve({ isChoosingAnotherWay: true });
          return;
        }
        trouble = null;
        stopping = decline(api);
        follow(stopping);
        show();
      };
      if (stopping !== null) follow(stopping);
      show();
    });
}

/** Says what the end of a check leads to. */
export const meaningOfStop = ({ role, fallbackUrl }: View, words: Words): string =>
  role === 'own' && fallbackUrl !== null ? words.cannotFallback : words.cannotText;

function contentOf(
  view: View,
  words: Words,
  {
    isStopping,
    trouble,
    stop,
  }: { readonly isStopping: boolean; readonly trouble: Problem | null; readonly stop: () => void },
): readonly (Node | null)[] {
  const out = button('faint', isStopping ? words.opening : words.cannot, () => {
    if (!isStopping) stop();
  });
  out.setAttribute('aria-disabled', String(isStopping));
  // The next screen names the other ways, and ends nothing.
  const means = hasWays(view) && view.role === 'own' ? null : paragraph(meaningOfStop(view, words), 'fine');
  if (means !== null) {
    means.id = 'cannot';
    out.setAttribute('aria-describedby', means.id);
  }
  return [
    view.agreedAt === null ? null : agreement(view, view.agreedAt, words, stop),
    trouble === null ? null : el('p', { class: 'wrong', role: 'alert' }, words.problems[trouble.problem].heading),
    out,
    means,
  ];
}

function agreement(view: View, agreedAt: string, words: Words, stop: () => void): HTMLElement {
  const whole = el(
    'dialog',
    { class: 'whole', tabindex: '-1', 'aria-label': words.agreed.read },
    ...describeConsent(view, words),
    actions(
      button('plain', words.back, () => whole.close()),
      button('quiet', words.refuse, stop),
    ),
  );
  for (const details of whole.querySelectorAll('details')) details.open = true;
  const read = button('link', words.agreed.read, () => {
    whole.showModal();
    // Focus the dialog itself, because browsers would focus its first button.
    whole.focus();
    whole.scrollTop = 0;
  });
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long' });
  return el('div', { class: 'fine' }, `${words.agreed.on({ day: format.format(Date.parse(agreedAt)) })} `, read, whole);
}

/**
 * Stops the check. Pictures that are being judged may still pass.
 * @throws Problem
 */
async function decline(api: PageApi): Promise<Change> {
  for (;;) {
    try {
      return { view: await api.decline() };
    } catch (error) {
      if (!(error instanceof Problem) || error.problem !== 'link-over') throw error;
      const found = await api.readState();
      if (found.view.state !== 'captured' && found.view.state !== 'started') return found;
      await sleep(askAgainMs);
    }
  }
}
