import { chooseLanguage } from '../../../src/core/base/languages.js';
import { readBrand } from '../brand.js';
import { actions, button } from '../dom.js';
import { type Content, Page } from '../page.js';
import { describeConsent, headingOfConsent } from '../screens/consent.js';
import { contentOf, waysOn } from '../screens/endings.js';
import type { Ending } from '../state.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

const schemeQuery = /prefers-color-scheme:\s*(light|dark)/;

function showScheme(requestedScheme: string | null): void {
  if (requestedScheme !== 'light' && requestedScheme !== 'dark') return;
  document.documentElement.dataset.scheme = requestedScheme;
  const answer = (query: string): string | null => {
    const [, scheme] = schemeQuery.exec(query) ?? [];
    return scheme === undefined ? null : scheme === requestedScheme ? 'all' : 'not all';
  };
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      const media = rule instanceof CSSMediaRule ? answer(rule.media.mediaText) : null;
      if (media !== null && rule instanceof CSSMediaRule) rule.media.mediaText = media;
    }
  }
  new MutationObserver(() => {
    for (const source of document.querySelectorAll('source')) {
      const media = answer(source.media);
      if (media !== null) source.media = media;
    }
  }).observe(document.body, { childList: true, subtree: true });
}

const nobody: View = {
  id: '',
  purpose: 'verify',
  state: 'started',
  role: 'own',
  organisation: null,
  ownPage: null,
  application: null,
  expiresAt: '2099-01-01T00:00:00.000Z',
  retentionDays: 365,
  isTest: false,
  consentNeeded: true,
  action: null,
  agreedAt: null,
  consentVersion: '',
  userSecret: 'none',
  signInPasskey: 'none',
  light: 'none',
  livenessVendor: null,
  referencePhotoNeeded: false,
  document: 'none',
  deviceKeyWanted: false,
  companyPhotoCompared: false,
  triesLeft: 3,
  phoneNeeded: false,
  handOffAllowed: false,
  handOff: null,
  anotherWays: [],
  recoveryCodesOffered: false,
  receiptWaits: false,
  helpOffered: false,
  pairing: null,
  fallbackUrl: 'https://example.com/',
  returnUrl: null,
};

const endings: readonly string[] = ['passed', 'failed', 'expired', 'abandoned'] satisfies readonly Ending[];
const isEnding = (screen: string): screen is Ending => endings.includes(screen);

const nothing = (): void => {};

function consentContent(view: View, words: Words): Content {
  return {
    screen: 'consent',
    heading: headingOfConsent(view, words),
    body: [
      ...describeConsent(view, words),
      actions(button('plain', words.agree, nothing), button('quiet', words.refuse, nothing)),
    ],
  };
}

function endingContent(ending: Ending, view: View, words: Words): Content {
  const content = contentOf(ending, view, words);
  return { ...content, body: [...content.body, ...waysOn(ending, view, null, words)] };
}

/** @param screen - `consent`, `enrol`, or the name of an ending; other values show the consent */
function showPreview(screen: string | null, page: Page): void {
  const view = {
    ...nobody,
    organisation: page.organisationOr(null),
    purpose: screen === 'enrol' ? 'enrol' : 'verify',
  } as const;
  page.nameOrganisation(null);
  page.show((words) =>
    screen !== null && isEnding(screen) ? endingContent(screen, view, words) : consentContent(view, words),
  );
}

/* Preview of the capture page with an unpublished brand. The console shows it in a frame, and it cannot be operated. */
const main = document.querySelector('main');
if (main !== null) {
  // Without this, the first screen would take the focus from the console's form.
  document.body.inert = true;
  const query = new URLSearchParams(location.search);
  showScheme(query.get('scheme'));
  const page = await Page.open(main, chooseLanguage([query.get('lang') ?? '']), readBrand());
  showPreview(query.get('screen'), page);
}
