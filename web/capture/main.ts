import { chooseLanguage } from '../../src/core/base/languages.js';
import { isPhone } from '../../src/core/device-signals.js';
import { ahead } from './ahead.js';
import { readBrand } from './brand.js';
import { finishedMemory, openingMemory, sessionMemory } from './browser-memory.js';
import { actions, button, paragraph, sign } from './dom.js';
import { travel } from './journey.js';
import { clearWhenIdle, isTabOfKiosk, readKiosk, waitForPerson } from './kiosk.js';
import { type Content, Page } from './page.js';
import { OpeningKeys, PageApi } from './page-api.js';
import { parsePageLink } from './page-link.js';
import { Problem, toKnown } from './problem.js';
import { solve } from './screens/problems.js';
import { type Change, nothingKnown } from './state.js';
import type { Words } from './words.js';

/** Nothing is sent, because nothing changes. The link stays valid. */
const sayWasMe = ({ notMe }: Words, back: () => void): Content => ({
  screen: 'was-me',
  heading: notMe.wasMeDone,
  body: [sign('passed'), paragraph(notMe.wasMeText, 'lead'), actions(button('link', notMe.back, back))],
});

async function askWhetherNotMe(page: Page, api: PageApi): Promise<void> {
  const secret = location.hash.replace(/^#/, '');
  const never = new Promise<never>(() => {});
  let wasMe = wishes.has('me');
  for (;;) {
    try {
      if (secret === '') throw new Problem('link-missing');
      const { organisation, endsEnrolment } = await api.readNotMe(secret);
      if (wasMe) await page.ask((words, choose) => sayWasMe(words, () => choose(null)));
      wasMe = await page.ask<boolean>(({ notMe }, choose) => ({
        screen: 'not-me',
        heading: notMe.heading,
        body: [
          organisation === null ? null : paragraph(notMe.about({ organisation })),
          paragraph(endsEnrolment ? notMe.text : notMe.failedText, 'lead'),
          actions(
            button('danger', endsEnrolment ? notMe.confirm : notMe.failedConfirm, () => choose(false)),
            button('quiet', notMe.wasMe, () => choose(true)),
          ),
        ],
      }));
      if (wasMe) continue;
      page.show((words) => ({ screen: 'opening', heading: words.opening, body: [] }));
      await api.reportNotMe(secret);
      history.replaceState(null, '', location.pathname + location.search);
      page.show(({ notMe }) => ({
        screen: 'not-me-done',
        heading: notMe.done,
        body: [sign('stopped'), paragraph(endsEnrolment ? notMe.doneText : notMe.failedDoneText, 'lead')],
      }));
      return;
    } catch (error) {
      await solve(toKnown(error), nothingKnown, { page, api, interrupted: never });
    }
  }
}

/** Asks before opening a link from a message, so that only a person can use up its ticket. */
const askToOpen = (page: Page): Promise<null> =>
  page.ask((words, choose) => ({
    screen: 'arrived',
    heading: words.arrived.heading({ organisation: page.organisationOr(null) }),
    body: [paragraph(words.arrived.text, 'lead'), actions(button('plain', words.goOn, () => choose(null)))],
  }));

/** The page may be below a path, such as `/sign-in/face`. */
const [, base = '/face', below] = /^(.*?\/face)(\/kiosk|\/not-me)?\/?$/.exec(location.pathname) ?? [];

/** Longer than the time after which the page says that it is still loading. */
const reloadAfterMs = 8000;

const wishes = new URLSearchParams(location.search);

/** Opens the link's ticket. After a reload, the stored session is used instead. */
async function open(api: PageApi): Promise<Change> {
  const link = parsePageLink(location.hash);
  const stored = sessionMemory.read();
  if (link !== null) {
    const opened = await api.open(link.ticket, link.returnUrl);
    history.replaceState(null, '', location.pathname + location.search);
    if (api.session !== null && !isTabOfKiosk()) sessionMemory.write(api.session);
    openingMemory.clear();
    finishedMemory.clear();
    return opened;
  }
  if (stored === null) throw new Problem(finishedMemory.read() === null ? 'link-missing' : 'finished');
  api.session = stored;
  return api.readState();
}

/** Starts the page for one user, in the user's browser or in a separate tab of a kiosk. */
async function startOwn(opening: Promise<Page>, api: PageApi, main: HTMLElement): Promise<never> {
  const opened = ahead(() => open(api));
  // Open the link only after a press, because mail scanners open links but press no buttons.
  const isSent = wishes.has('sent') && parsePageLink(location.hash) !== null;
  if (!isSent) opened.begin();
  const page = await opening;
  const isKiosk = isTabOfKiosk();
  if (isKiosk) clearWhenIdle(main);
  // Offer a phone only on a computer: a phone or tablet has its own camera.
  const mayHandOff = !isKiosk && !matchMedia('(pointer: coarse)').matches;
  return travel({
    page,
    api,
    facts: { ...nothingKnown, isKiosk, mayHandOff, isPhone: isPhone(navigator.userAgent) },
    open: async () => {
      if (isSent) await askToOpen(page);
      return opened.take();
    },
    forget: () => {
      sessionMemory.clear();
      // The next person at a kiosk uses the same tab.
      if (!isKiosk) finishedMemory.write('yes');
    },
  });
}

/** Starts a kiosk: one user after the other, without storing anything. */
async function startKiosk(opening: Promise<Page>, api: PageApi, main: HTMLElement): Promise<never> {
  const page = await opening;
  let ticket: string | null = null;
  return travel({
    page,
    api,
    facts: { ...nothingKnown, isKiosk: true, leadsBack: false },
    open: async () => {
      const kiosk = readKiosk();
      if (kiosk === null) throw new Problem('link-missing');
      // Once a user has come, the page is cleared whenever it is idle.
      const wait = () => waitForPerson(kiosk, location.origin + base, page, api).finally(() => clearWhenIdle(main));
      ticket ??= (await wait()).ticket;
      return api.open(ticket, null);
    },
    forget: () => {},
  });
}

const main = document.querySelector('main');
if (main !== null) {
  // Another link in the same tab starts another check.
  window.addEventListener('hashchange', () => location.reload());
  const requestedLanguage = wishes.get('lang');
  const brand = readBrand();
  const language = chooseLanguage([...(requestedLanguage === null ? [] : [requestedLanguage]), ...navigator.languages]);
  // External links would leave the kiosk on another page.
  const isAtKiosk = below === '/kiosk' || isTabOfKiosk();
  const page = Page.open(main, language, isAtKiosk ? { ...brand, helpUrl: null } : brand);
  // Without texts the page cannot show an error.
  page.catch(() => setTimeout(() => location.reload(), reloadAfterMs));
  const api = new PageApi(base, new OpeningKeys(isAtKiosk ? null : openingMemory));
  void (below === '/not-me'
    ? page.then((opened) => askWhetherNotMe(opened, api))
    : below === '/kiosk'
      ? startKiosk(page, api, main)
      : startOwn(page, api, main));
}
