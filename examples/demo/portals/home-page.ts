import type { Portal } from './portal.js';

/** The page of whoever has enrolled at the sign-in: the server's own, so nothing is started for it. */
export const homePagePortal: Portal = {
  id: 'home-page',
  port: 0,
  async start({ serverUrl, user: { login } }) {
    return {
      url: `${serverUrl}/me/demo`,
      clients: [],
      guide: [
        `The page that belongs to you: type ${login} and show your face.`,
        'See your checks and what you agreed to, end it with one press, and save your data as a file.',
      ],
      close: async () => {},
    };
  },
};
