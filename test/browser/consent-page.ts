import type { Language } from '../../src/core/base/languages.js';
import { addressMembers } from '../../src/core/consented-data/claims.js';
import { epochMs } from '../../src/core/units.js';
import type { RenderedPage } from '../../src/http/page-layout.js';
import { renderConsentPage } from '../../src/oidc/consent-page.js';
import { renderLinkPage } from '../../src/oidc/link-step.js';

/** Renders the consent page with realistic values, also for docs/screens. */
export const renderSample = (language: Language): RenderedPage =>
  renderConsentPage(language, {
    requester: { name: 'City Library', to: { host: 'library.example.com' } },
    shown: 'x',
    until: epochMs(Date.UTC(2027, 1, 18)),
    organisation: 'Example Company',
    items: [
      {
        claim: 'name',
        isEssential: true,
        value: 'Ada Example',
        purpose: { en: 'Your name is printed on the card', de: 'Ihr Name steht auf dem Ausweis' },
      },
      {
        claim: 'email',
        isEssential: false,
        value: 'ada@example.com',
        purpose: { en: 'We write when a book is due' },
      },
      {
        claim: 'phone_number',
        isEssential: false,
        value: null,
        purpose: { en: 'We call when a book you wait for is in' },
      },
    ],
  });

const income = {
  claim: 'annual_income',
  isEssential: true,
  label: { en: 'Income of a year', de: 'Jahreseinkommen' },
  purpose: { en: 'To see how much we can lend you', de: 'Um zu sehen, wie viel wir Ihnen leihen können' },
};
const contract = {
  claim: 'name',
  isEssential: true,
  value: 'Ada Example',
  source: 'Example Company',
  purpose: { en: 'Your name is printed on the contract', de: 'Ihr Name steht im Vertrag' },
};
const bank = {
  requester: { name: 'City Bank', to: { host: 'bank.example.com' } },
  shown: 'x',
  until: epochMs(Date.UTC(2027, 1, 18)),
  organisation: 'Example Company',
};

export const renderUnlinked = (language: Language, state: 'unlinked' | 'unanswered' = 'unlinked'): RenderedPage =>
  renderConsentPage(language, {
    ...bank,
    items: [contract],
    canLink: true,
    notLinked: state === 'unlinked' ? null : 'Example Payroll',
    silent: [{ decision: 'link:payroll', name: 'Example Payroll', state, items: [income] }],
  });

export const renderLinked = (language: Language): RenderedPage =>
  renderConsentPage(language, {
    ...bank,
    answered: ['payroll'],
    items: [contract, { ...income, value: 'SGD 54,000', source: 'Example Payroll' }],
  });

export const renderSampleLink = (language: Language): RenderedPage =>
  renderLinkPage(language, { source: 'Example Payroll', decision: 'link:payroll', until: bank.until });

/** Values that try to escape the markup or reverse the direction of the following text. */
export const hostile = {
  markup: '<img src=x onerror="document.title=\'gone\'"><script>document.title="gone"</script>&lt;b&gt;',
  override: '\u202e)gnihtyreve( eerga I\u2067',
  arabic: 'عمر الخيّام',
  long: 'x'.repeat(400),
} as const;

export const renderHostile = (language: Language): RenderedPage =>
  renderConsentPage(language, {
    requester: { name: 'Shop <b>', to: { host: 'shop.example.com' } },
    shown: '">',
    until: epochMs(Date.UTC(2027, 1, 18)),
    organisation: '<i>Org</i>',
    answered: ['"><b>'],
    silent: [
      {
        decision: '"><b>',
        name: '<b>Payroll</b>\u202e',
        state: 'unlinked',
        items: [{ ...income, label: { en: hostile.markup.slice(0, 60) } }],
      },
    ],
    notLinked: '<i>Club</i>\u202e',
    items: [
      ...Object.entries(hostile).map(([claim, value], at) => ({
        claim,
        value,
        isEssential: at % 2 === 0,
        source: value.slice(0, 100),
        purpose: { en: value.slice(0, 200) },
        label: { en: value.slice(0, 60) },
      })),
      {
        claim: 'address',
        isEssential: false,
        purpose: { en: 'To find you' },
        value: Object.fromEntries(addressMembers.map((member) => [member, hostile.override])),
      },
      { claim: 'email_verified', isEssential: true, purpose: { en: 'To be sure' }, value: false },
      { claim: 'gender', isEssential: false, purpose: { en: 'For the salutation' }, value: null },
      { claim: 'roles', isEssential: false, purpose: { en: 'For your rights' }, value: ['one', 2, true] },
    ],
  });
