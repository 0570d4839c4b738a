import { isPhone } from '../../src/core/step-up/phone.js';
import { chooseLanguage } from '../shared/languages.js';
import { ahead } from './ahead.js';
import { readBrand } from './brand.js';
import { openingMemory, sessionMemory } from './browser-memory.js';
import { travel } from './journey.js';
import { clearWhenIdle, isTabOfKiosk, readKiosk, waitForPerson } from './kiosk.js';
import { askWhetherNotMe } from './not-me.js';
import { OpeningKeys } from './opening-keys.js';
import { Page } from './page.js';
import { PageApi } from './page-api.js';
import { parsePageLink } from './page-link.js';
import { Problem } from './problem.js';
import { askToOpen } from './screens/arrived.js';
import { type Change, nothingKnown } from './state.js';

/** The page may live below a path: `/face`, `/sign-in/face`. */
const [, base = '/face', below] = /^(.*?\/face)(\/kiosk|\/not-me)?\/?$/.exec(location.pathname) ?? [];

/** Until what the network lost is asked for anew. */
const reloadAfterMs = 3000;

/** What stands behind the `?`. */
const wishes = new URLSearchParams(location.search);

/** The link's ticket is spent at once and taken out of the address bar; a reload goes on with the session. */
async function open(api: PageApi): Promise<Change> {
  const link = parsePageLink(location.hash);
  const stored = sessionMemory.read();
  if (link !== null) {
    const view = await api.open(link.ticket, link.returnUrl);
    history.replaceState(null, '', location.pathname + location.search);
    if (api.session !== null && !isTabOfKiosk()) sessionMemory.write(api.session);
    openingMemory.clear();
    return { view };
  }
  if (stored === null) throw new Problem('link-missing');
  api.resume(stored);
  return api.readState();
}

/** A person's own browser; or a kiosk's, with a check that began on another page of ours and leads back there. */
async function startOwn(opening: Promise<Page>, api: PageApi, main: HTMLElement): Promise<never> {
  const opened = ahead(() => open(api));
  // A letter's link is opened by programs, too, which look at it before anybody reads it: none of them presses a button.
  const isSent = wishes.has('sent') && parsePageLink(location.hash) !== null;
  // On its way while the words are.
  if (!isSent) opened.begin();
  const page = await opening;
  const isKiosk = isTabOfKiosk();
  if (isKiosk) clearWhenIdle(main);
  // A touch screen as the main way to point: a phone or a tablet, which has its camera where the person looks.
  const mayHandOff = !isKiosk && !matchMedia('(pointer: coarse)').matches;
  return travel({
    page,
    api,
    facts: { ...nothingKnown, isKiosk, mayHandOff, isPhone: isPhone(navigator.userAgent) },
    open: async () => {
      if (isSent) await askToOpen(page);
      return opened.take();
    },
    forget: () => sessionMemory.clear(),
  });
}

/** A kiosk: one person after the other, and nothing of them is kept anywhere. */
async function startKiosk(opening: Promise<Page>, api: PageApi, main: HTMLElement): Promise<never> {
  const page = await opening;
  // Each is given out once: where the network lost it, it is what another try opens.
  let ticket: string | null = null;
  return travel({
    page,
    api,
    facts: { ...nothingKnown, isKiosk: true, leadsBack: false },
    open: async () => {
      const kiosk = readKiosk();
      if (kiosk === null) throw new Problem('link-missing');
      // A scan may have failed, too, and nobody stayed to try again: nobody else is called before the page is cleared.
      const wait = () => waitForPerson(kiosk, location.origin + base, page, api).finally(() => clearWhenIdle(main));
      ticket ??= (await wait()).ticket;
      return { view: await api.open(ticket, null) };
    },
    forget: () => {},
  });
}

const main = document.querySelector('main');
if (main !== null) {
  // Another link in the same tab is another check.
  window.addEventListener('hashchange', () => location.reload());
  const wished = wishes.get('lang');
  const brand = readBrand();
  const language = chooseLanguage([...(wished === null ? [] : [wished]), ...navigator.languages]);
  // A link away from a kiosk would leave the next person somewhere else.
  const isAtKiosk = below === '/kiosk' || isTabOfKiosk();
  const page = Page.open(main, language, isAtKiosk ? { ...brand, helpUrl: null } : brand);
  // Without its words the page can say nothing, not even that.
  page.catch(() => setTimeout(() => location.reload(), reloadAfterMs));
  const api = new PageApi(base, new OpeningKeys(isAtKiosk ? null : openingMemory));
  void (below === '/not-me'
    ? page.then((opened) => askWhetherNotMe(opened, api))
    : below === '/kiosk'
      ? startKiosk(page, api, main)
      : startOwn(page, api, main));
}
