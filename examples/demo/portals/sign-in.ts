import { startSignInPage } from '../sign-in-page.js';
import type { Portal } from './portal.js';

const clientId = 'portal';

/** A sign-in with password and face. Users who are not enrolled yet enrol at their first sign-in. */
export const signInPortal: Portal = {
  id: 'sign-in',
  port: 8090,
  async start({ port, issuer, clientSecret, user: { login, password } }) {
    const page = await startSignInPage({ port, issuer, clientId, clientSecret, users: new Map([[login, password]]) });
    return {
      url: page.url,
      clients: [
        {
          ...{ kind: 'relying_party', id: clientId, secret: clientSecret },
          ...{ mayEnrol: true, redirectUris: [page.redirectUri] },
        },
      ],
      service: { name: 'Example Portal', text: { en: 'Sign in with your password and your face' } },
      guide: [
        'It asks for the password, then redirects to the face check of facestep.',
        'The first visit enrols you: read the consent, then move your head as shown.',
        'Sign in again: the second visit checks your face. The page shows the ID token: amr contains "face".',
        'Try another person, a photo on a phone, or a wrong movement: the check is refused.',
        'Choose "Use my phone" to see the hand-off. A phone reaches this machine only by HTTPS and its host name.',
      ],
      close: page.close,
    };
  },
};
