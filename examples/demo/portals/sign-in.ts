import { startSignInPage } from '../sign-in-page.js';
import type { Portal } from './portal.js';

const clientId = 'portal';

/** A sign-in with password and face; users without an enrolment enrol at the first visit. */
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
        'It asks for the password, then sends the browser to the face check. That page is ours.',
        'The first visit enrols you: read what you agree to, then follow the arrows with your head.',
        'Sign in again: the second visit checks your face. It shows what it is told: amr says "face".',
        'Try somebody else, a photo on a phone, or to turn the other way: it says "Once more", and never why.',
        'Choose "Use my phone" to see the hand-off. A phone reaches this machine only by https and its name.',
      ],
      close: page.close,
    };
  },
};
