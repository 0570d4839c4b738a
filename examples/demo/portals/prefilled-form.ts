import { startPrefilledForm } from '../../prefilled-form/server.js';
import type { Portal } from './portal.js';

const clientId = 'library';

export const prefilledFormPortal: Portal = {
  id: 'prefilled-form',
  port: 8091,
  async start({ port, issuer, clientSecret }) {
    const form = await startPrefilledForm({ port, issuer, clientId, clientSecret });
    return {
      url: form.url,
      clients: [
        {
          ...{ kind: 'relying_party', id: clientId, name: 'City Library', secret: clientSecret },
          redirectUris: [form.redirectUri],
          claims: {
            given_name: { purpose: { en: 'Your name is printed on the card' } },
            family_name: { purpose: { en: 'Your name is printed on the card' } },
            email: { purpose: { en: 'We write when a book is due' } },
            phone_number: { purpose: { en: 'We call when a book you wait for is in' } },
          },
        },
      ],
      service: { name: 'City Library', text: { en: 'Get a library card' } },
      guide: ['A form that is filled in with the data you agree to share.'],
      close: form.close,
    };
  },
};
