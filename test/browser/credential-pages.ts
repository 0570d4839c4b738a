import type { Language } from '../../src/core/base/languages.js';
import { renderOfferPage, renderStartPage } from '../../src/extensions/credentials/pages.js';
import type { RenderedPage } from '../../src/http/page-layout.js';

/** Renders the page that invites a user to get a credential. */
export const renderStart = (language: Language): RenderedPage =>
  renderStartPage(language, {
    name: 'Staff card',
    organisation: 'Example Company',
    isAgain: true,
    request: { client_id: 'credential:staff_card' },
  });

const offer = {
  credential_issuer: 'https://face.example.com/oidc/people',
  credential_configuration_ids: ['staff_card'],
  grants: {
    'urn:ietf:params:oauth:grant-type:pre-authorized_code': {
      'pre-authorized_code': 'a-code-that-no-one-can-redeem-0123456789abc',
      tx_code: { input_mode: 'numeric', length: 6 },
    },
  },
};

/** Renders an offer that no one can redeem, also for docs/screens. */
export const renderOffer = (language: Language): RenderedPage =>
  renderOfferPage(language, {
    name: 'Staff card',
    link: `openid-credential-offer://?${new URLSearchParams({ credential_offer: JSON.stringify(offer) })}`,
    code: '482913',
  });
