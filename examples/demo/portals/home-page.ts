import { startProviderSignIn } from '../provider-sign-in.js';
import type { Portal } from './portal.js';

const clientId = 'home-page';

/**
 * Portal for `/me`, the facestep server's own page for enrolled users. This code only simulates the provider's sign-in
 * for that page.
 */
export const homePagePortal: Portal = {
  id: 'home-page',
  port: 8099,
  async start({ port, serverUrl, connection, clientSecret, user }) {
    const redirectUri = `${serverUrl}/me/${connection}/callback`;
    const { url: issuer, close } = await startProviderSignIn({ port, clientId, clientSecret, redirectUri, user });
    return {
      url: `${serverUrl}/me/${connection}`,
      clients: [],
      ownSignIn: { issuer, clientId, clientSecret },
      guide: [
        `The page that belongs to you: type ${user.login} and show your face.`,
        'Or press "Sign in at Example Portal": the provider asks for the password, without a camera.',
        'See your checks and consents, withdraw them with one press, and download your data.',
      ],
      close,
    };
  },
};
