import { actions, button } from '../dom.js';
import type { Content, Page } from '../page.js';
import { describeConsent, headingOfConsent } from '../screens/consent.js';
import { contentOf, waysOn } from '../screens/endings.js';
import type { Ending } from '../state.js';
import type { View } from '../view.js';
import type { Words } from '../words.js';

const nobody: View = {
  id: '',
  purpose: 'verify',
  state: 'started',
  role: 'own',
  organisation: null,
  application: null,
  expiresAt: '2099-01-01T00:00:00.000Z',
  retentionDays: 365,
  consentNeeded: true,
  action: null,
  agreedAt: null,
  consentVersion: '',
  userSecret: 'none',
  light: 'none',
  referencePhotoNeeded: false,
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
export function showPreview(screen: string | null, page: Page): void {
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
