import { actions, button, el, linkButton, paragraph, sign } from '../dom.js';
import { clearKiosk } from '../kiosk.js';
import { Problem, type ProblemName } from '../problem.js';
import { type Change, type Facts, hasWays, mayUsePhone } from '../state.js';
import { sleep, type Tools } from '../step.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

interface ProblemTexts {
  readonly heading: string;
  readonly text: string;
  readonly steps?: readonly string[];
}

interface Ways {
  readonly retry: boolean;
  readonly phone: boolean;
  readonly keepsFrames: boolean;
}

const nowhere: Ways = { retry: false, phone: false, keepsFrames: false };
const again: Ways = { ...nowhere, retry: true };
const later: Ways = { ...again, keepsFrames: true };
const elsewhere: Ways = { ...again, phone: true };

const waysBy: Readonly<Record<ProblemName, Ways>> = {
  'camera-denied': elsewhere,
  'camera-forbidden': nowhere,
  'camera-none': elsewhere,
  'camera-busy': elsewhere,
  'camera-stopped': elsewhere,
  'camera-unanswered': elsewhere,
  'in-app': elsewhere,
  insecure: { ...nowhere, phone: true },
  unsupported: { ...nowhere, phone: true },
  'phone-needed': { ...nowhere, phone: true },
  offline: later,
  'time-out': later,
  'locked-out': nowhere,
  'opened-elsewhere': nowhere,
  'company-photo': again,
  'company-photo-unlike': nowhere,
  'enrolled-already': nowhere,
  'enrolment-lost': again,
  finished: nowhere,
  'link-missing': nowhere,
  'link-over': nowhere,
  overloaded: later,
  unavailable: later,
  'challenge-over': again,
  'vendor-over': again,
  'passkey-unsupported': elsewhere,
  'passkey-cancelled': again,
  'passkey-no-prf': elsewhere,
  'passkey-not-known': elsewhere,
  'code-wrong': again,
  'not-sent': again,
  general: again,
};

type Choice = 'again' | 'phone' | 'elsewhere';

/** Problems after which the link is of no use. */
const overProblems: readonly ProblemName[] = [
  'link-over',
  'opened-elsewhere',
  'company-photo-unlike',
  'enrolled-already',
];

const lookEveryMs = 3000;

export async function solve(problem: Problem, facts: Facts, tools: Tools): Promise<Change> {
  if (problem.problem === 'locked-out' && facts.lockedForSec === null) {
    // A lockout that began on this page has a step of its own, because it also refuses codes.
    const change = await changeFor(problem, facts, tools);
    if (typeof change.lockedForSec === 'number') return { ...change, isChoosingAnotherWay: false };
  }
  const waits = [ask(problem, facts, tools, false), tools.interrupted];
  const leftScreen = new AbortController();
  if (problem.problem === 'offline')
    waits.push(whenOnline(leftScreen.signal), whenServerReplies(leftScreen.signal, tools));
  if (problem.problem === 'locked-out' && problem.waitSec !== null) {
    waits.push(whenPauseIsOver(problem.waitSec, leftScreen.signal).then(() => ask(problem, facts, tools, true)));
  }
  const choice = await Promise.race(waits).finally(() => leftScreen.abort());
  if (choice === 'phone') return { place: 'phone' };
  if (choice === 'elsewhere') return { isChoosingAnotherWay: true };
  return changeFor(problem, facts, tools);
}

function ask({ problem, waitSec }: Problem, facts: Facts, { page }: Tools, isPauseOver: boolean): Promise<Choice> {
  const { view, isKiosk } = facts;
  const ways = waysBy[problem];
  const mayRetry = ways.retry || isPauseOver;
  const mayHandOff = ways.phone && view !== null && mayUsePhone(facts, view);
  const isOver = view === null || overProblems.includes(problem);
  if (isOver) page.showBelow(() => []);
  const mayChange = view !== null && hasWays(view);
  const isStuck = !mayRetry && !isOver;
  // If one fallback is unavailable, others remain.
  const hasOtherWays = facts.isChoosingAnotherWay && isStuck && mayChange;
  const mayLeave = isStuck && !hasOtherWays && view?.role === 'own';
  const hasWayOut = (isOver && !mayRetry) || (mayLeave && !mayChange && !mayHandOff);
  const until = waitSec === null ? null : Date.now() + waitSec * 1000;
  return page.ask<Choice>((words, choose) => {
    const { heading, text, steps }: ProblemTexts = words.problems[problem];
    const offers = [
      { isOffered: mayRetry, look: 'plain', text: words.tryAgain, choice: 'again' },
      { isOffered: mayHandOff, look: mayRetry ? 'quiet' : 'plain', text: words.usePhone, choice: 'phone' },
      { isOffered: hasOtherWays, look: 'plain', text: words.back, choice: 'again' },
      { isOffered: mayLeave && mayChange, look: 'plain', text: words.otherWay, choice: 'elsewhere' },
    ] as const;
    return {
      screen: problem,
      heading,
      body: [
        sign(problem === 'finished' ? 'stopped' : 'problem'),
        paragraph(text, 'lead'),
        steps === undefined ? null : el('ol', { class: 'steps' }, ...steps.map((step) => el('li', {}, step))),
        until === null || mayRetry ? null : paragraph(waitText(until, page.locale, words), 'note'),
        actions(
          ...offers
            .filter(({ isOffered }) => isOffered)
            .map(({ look, text: label, choice }) => button(look, label, () => choose(choice))),
          hasWayOut ? wayOut(view, isKiosk, words) : null,
          isKiosk ? button('quiet', words.kiosk.now, clearKiosk) : null,
        ),
      ],
    };
  });
}

function wayOut(view: View | null, isKiosk: boolean, words: Words): Node | null {
  if (isKiosk) return null;
  if (view?.role === 'own' && view.fallbackUrl !== null) return linkButton('plain', words.otherWay, view.fallbackUrl);
  if (view?.role === 'own' && view.returnUrl !== null) return linkButton('plain', words.leave, view.returnUrl);
  return history.length > 1 ? button('quiet', words.back, () => history.back()) : null;
}

/** Returns the text that says when to try again, with the date unless it is today. */
function waitText(until: number, locale: string, words: Words): string {
  const isToday = new Date(until).toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(locale, { timeStyle: 'short', dateStyle: isToday ? undefined : 'medium' });
  return words.tryAgainAt({
    time: format.format(until),
    minutes: Math.max(1, Math.ceil((until - Date.now()) / 60_000)),
  });
}

async function changeFor({ problem }: Problem, facts: Facts, { api }: Tools): Promise<Change> {
  const { keepsFrames, phone } = waysBy[problem];
  // A vendor's check is spent with its first answer.
  const isSpent = !keepsFrames || facts.frames?.photos === null;
  const spent = facts.frames !== null && isSpent ? { frames: null, secret: null } : {};
  const change = { ...spent, isCameraAsked: true };
  if (facts.view === null || phone) return change;
  return { ...change, ...(await api.readState()) };
}

/** Waits until the lockout ends. Never resolves if the user has left the screen, so that no other screen is replaced. */
async function whenPauseIsOver(waitSec: number, leftScreen: AbortSignal): Promise<void> {
  await sleep(waitSec * 1000);
  if (leftScreen.aborted) await new Promise(() => {});
}

function whenOnline(leftScreen: AbortSignal): Promise<Choice> {
  return new Promise((resolve) => {
    window.addEventListener('online', () => resolve('again'), { signal: leftScreen });
  });
}

/**
 * Asks the server until it replies, because browsers report only whether their own network is back. Never resolves if the
 * user has left the screen.
 */
async function whenServerReplies(leftScreen: AbortSignal, { api }: Tools): Promise<Choice> {
  for (;;) {
    await sleep(lookEveryMs);
    if (leftScreen.aborted) return new Promise(() => {});
    const isServerThere = await api.readState().then(
      () => true,
      (error: unknown) => !(error instanceof Problem && ['offline', 'time-out'].includes(error.problem)),
    );
    if (isServerThere) return 'again';
  }
}
