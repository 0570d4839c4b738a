import { stopCameraAhead } from './camera.js';
import { paragraph } from './dom.js';
import { createFoot, type StandBelow } from './foot.js';
import { guideAhead } from './guidance/ahead.js';
import type { Page } from './page.js';
import type { PageApi } from './page-api.js';
import { Problem, toKnown } from './problem.js';
import { action } from './screens/action.js';
import { capture } from './screens/capture.js';
import { choice } from './screens/choice.js';
import { consent } from './screens/consent.js';
import { end } from './screens/endings.js';
import { handOff, pairing } from './screens/hand-off.js';
import { notEnrolled } from './screens/not-enrolled.js';
import { solve } from './screens/problems.js';
import { reference } from './screens/reference.js';
import { passkey, pin } from './screens/secret.js';
import { sending, tryAgain } from './screens/sending.js';
import { testPerson } from './screens/test-person.js';
import { vendorCheck } from './screens/vendor.js';
import { recoveryCodes, ways } from './screens/ways.js';
import { type Change, type Ending, endings, type Facts, isCameraAhead, nextStep, type StepName } from './state.js';
import { type Step, sleep, type Tools } from './step.js';
import type { View } from './view.js';

const steps = {
  pairing,
  // The home page's code is loaded only if needed, because face checks do not use it.
  manage: async (...inputs) => (await import('./home/home.js')).home(...inputs),
  'not-enrolled': notEnrolled,
  consent,
  action,
  'hand-off': handOff,
  reference,
  // Loaded only if needed, because few enrolments use it.
  document: async (...inputs) => (await import('./screens/document.js')).presentDocument(...inputs),
  pin,
  passkey,
  choice,
  capture: (view, facts, tools) => (view.livenessVendor === null ? capture : vendorCheck)(view, facts, tools),
  'locked-out': (_view, facts, tools) => solve(new Problem('locked-out', facts.lockedForSec), facts, tools),
  'test-person': testPerson,
  sending,
  'try-again': tryAgain,
  ways,
  'recovery-codes': recoveryCodes,
  receipt: async (view, _facts, { api }) => ({
    receipt: await api.takeReceipt(),
    view: { ...view, receiptWaits: false },
  }),
} as const satisfies Record<Exclude<StepName, 'opening' | Ending>, Step>;

/** Delay of the guide, whose loading would slow down the first paint of a screen that the user reads. */
const paintedWithinMs = 300;

const longestTimerMs = 2 ** 31 - 1;

export interface Start {
  readonly page: Page;
  readonly api: PageApi;
  readonly facts: Facts;
  open(): Promise<Change>;
  forget(): void;
}

export async function travel({ page, api, facts: first, open, forget }: Start): Promise<never> {
  let facts = first;
  const standBelow = createFoot({ page, api });
  for (;;) {
    const step = nextStep(facts);
    const { view } = facts;
    if (step !== 'capture') stopCameraAhead();
    if (view !== null && isEnd(step)) {
      forget();
      page.showBelow(() => []);
      return end(step, view, facts, page);
    }
    const guide = isCameraAhead(facts)
      ? setTimeout(guideAhead.begin, step === 'capture' ? 0 : paintedWithinMs)
      : undefined;
    const change = await perform(step, { page, api, facts, open, forget }, standBelow);
    clearTimeout(guide);
    facts = { ...facts, ...change };
    if (facts.view !== null) facts = { ...facts, view: adapt(facts.view, facts, page) };
  }
}

function adapt(view: View, { lockedForSec }: Facts, page: Page): View {
  const organisation = page.organisationOr(view.organisation);
  page.nameOrganisation(organisation);
  // A lockout refuses codes, too.
  return { ...view, organisation, anotherWays: lockedForSec === null ? view.anotherWays : [] };
}

const isEnd = (step: StepName): step is Ending => endings.some((each) => each === step);

async function perform(step: StepName, { page, api, facts, open }: Start, standBelow: StandBelow): Promise<Change> {
  const ended = new AbortController();
  const over = whenOver(facts.view, step, api, ended.signal);
  // The screen of fallbacks (`ways`) gets no footer, because it has its own button to stop.
  const left = standBelow(step === 'ways' ? null : facts.view).then((change) => {
    throw new Interruption(change);
  });
  const interrupted: Promise<never> = Promise.race([over, left]);
  // Prevents an unhandled rejection while nothing awaits this promise.
  interrupted.catch(() => {});
  const tools: Tools = { page, api, interrupted };
  const attempt = async (work: () => Promise<Change>): Promise<Change> => {
    try {
      return await work();
    } catch (error) {
      // The camera is off while a problem is shown.
      stopCameraAhead();
      if (error instanceof Interruption) return error.change;
      return attempt(() => solve(toKnown(error), facts, tools));
    }
  };
  return attempt(async () => {
    if (facts.view === null || step === 'opening') {
      page.show((words) => ({ screen: 'opening', heading: words.opening, body: [paragraph(words.slow, 'late')] }));
      return open();
    }
    if (isEnd(step)) return {};
    return Promise.race([steps[step](facts.view, facts, tools), interrupted]);
  }).finally(() => ended.abort());
}

class Interruption extends Error {
  constructor(readonly change: Change) {
    super('interrupted');
  }
}

/** Watches the check's time limit. The server's clock decides. */
function whenOver(view: View | null, step: StepName, api: PageApi, ended: AbortSignal): Promise<never> {
  const watch = async (expiresAt: string): Promise<never> => {
    for (let waitMs = Date.parse(expiresAt) - Date.now(); ; waitMs = 30_000) {
      await sleep(Math.min(Math.max(waitMs, 1000), longestTimerMs));
      if (ended.aborted) return new Promise(() => {});
      const found = await api.readState().catch((error: unknown) => {
        if (error instanceof Problem && error.problem === 'link-over') return 'over';
        return null;
      });
      if (found === 'over') throw new Problem('link-over');
      if (found !== null && !['started', 'captured'].includes(found.view.state)) throw new Interruption(found);
    }
  };
  const isWatched = view !== null && step !== 'sending' && step !== 'recovery-codes' && step !== 'receipt';
  return isWatched ? watch(view.expiresAt) : new Promise(() => {});
}
