import { noBrand } from '../brand.js';
import { sessionMemory } from '../browser-memory.js';
import { button } from '../dom.js';
import { Page } from '../page.js';
import { parsePageLink } from '../page-link.js';
import { Problem, toKnown } from '../problem.js';
import { takeFrames } from '../screens/capture.js';
import { solve } from '../screens/problems.js';
import { nothingKnown } from '../state.js';
import type { Tools } from '../step.js';
import { type DuePresentation, PresenceApi, type TesterView } from './presence-api.js';
import { askWhetherKept, askWhySkipped, introduce, showSummary } from './presentations.js';
import { takePart } from './take-part.js';

/* Page of a presence test, in English only, because a test manager is present. */
class Stopped extends Error {}

async function open(api: PresenceApi): Promise<TesterView> {
  const link = parsePageLink(location.hash);
  const stored = sessionMemory.read();
  if (link !== null) {
    const view = await api.open(link.ticket);
    history.replaceState(null, '', location.pathname);
    if (api.session !== null) sessionMemory.write(api.session);
    return view;
  }
  if (stored === null) throw new Problem('link-missing');
  api.resume(stored);
  return api.read();
}

function toolsFor(page: Page, api: PresenceApi): Tools {
  const interrupted = new Promise<never>((_resolve, reject) => {
    page.showBelow(() => [button('faint', 'Stop this presentation', () => reject(new Stopped()))]);
  });
  // Prevents an unhandled rejection while nothing awaits this promise.
  interrupted.catch(() => {});
  return { page, api: api.challenges, interrupted };
}

async function present(due: DuePresentation, page: Page, api: PresenceApi): Promise<TesterView> {
  const cell = { species: due.species.name, light: due.light.name };
  for (;;) {
    const how = await introduce(due, page);
    if (how === 'skip') {
      const reason = await askWhySkipped(due, page);
      if (reason !== null) return api.skip(cell, reason);
      continue;
    }
    const tools = toolsFor(page, api);
    const taken = await takeFrames({ isLit: how === 'lit', isPhoneOffered: false }, tools)
      .catch((error: unknown) => {
        if (error instanceof Stopped) return null;
        throw error;
      })
      .finally(() => page.showBelow(() => []));
    if (taken === null || taken === 'phone' || !(await askWhetherKept(page))) continue;
    page.show((words) => ({ screen: 'sending', heading: words.sending.heading, body: [] }));
    return api.keep(cell, taken.frames);
  }
}

async function step(view: TesterView | null, page: Page, api: PresenceApi): Promise<TesterView> {
  if (view === null) {
    page.show((words) => ({ screen: 'opening', heading: words.opening, body: [] }));
    return open(api);
  }
  if (view.tester === null) return api.takePart(await takePart(view, page));
  if (view.due !== null) return present(view.due, page, api);
  showSummary(view, page);
  return new Promise(() => {});
}

async function lead(page: Page, api: PresenceApi): Promise<never> {
  let view: TesterView | null = null;
  const never = new Promise<never>(() => {});
  for (;;) {
    try {
      view = await step(view, page, api);
    } catch (error) {
      await solve(toKnown(error), nothingKnown, { page, api: api.challenges, interrupted: never });
    }
  }
}

const main = document.querySelector('main');
if (main !== null) {
  window.addEventListener('hashchange', () => location.reload());
  const page = await Page.open(main, 'en', noBrand, 'one');
  page.nameOrganisation('Presence test');
  void lead(page, new PresenceApi('/face'));
}
