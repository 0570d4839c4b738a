import type { RenderedPage } from '../../src/http/page-layout.js';
import { renderOfferPage, renderStartPage } from '../../src/oidc/credentials/pages.js';
import type { Language } from '../../src/oidc/messages.js';

/** The page that invites to a credential, as somebody sees it who comes back without one. */
export const renderStart = (language: Language): RenderedPage =>
  renderStartPage(language, {
    ...{ name: 'Staff card', organisation: 'Example Company', isAgain: true },
    request: { client_id: 'credential:staff_card' },
  });

const offer = {
  credential_issuer: 'https://face.example.com/oidc/people',
  credential_configuration_ids: ['staff_card'],
  grants: {
    'urn:ietf:params:oauth:grant-type:pre-authorized_code': {
      'pre-authorized_code': 'a-code-that-nobody-can-redeem-0123456789abc',
      tx_code: { input_mode: 'numeric', length: 6 },
    },
  },
};

/** The page of an offer. Its picture in docs/screens is of this: nobody can redeem it. */
export const renderOffer = (language: Language): RenderedPage =>
  renderOfferPage(language, {
    name: 'Staff card',
    link: `openid-credential-offer://?${new URLSearchParams({ credential_offer: JSON.stringify(offer) })}`,
    code: '482913',
  });
