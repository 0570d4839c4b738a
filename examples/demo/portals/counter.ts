import { startCounter } from '../../counter/server.js';
import type { Portal } from './portal.js';

const clientId = 'library-desk';

/** A counter where staff check in person whoever has enrolled at the sign-in. */
export const counterPortal: Portal = {
  id: 'counter',
  port: 8094,
  async start({ port, issuer, clientSecret, user: { login } }) {
    const counter = await startCounter({ port, issuer, clientId, clientSecret });
    return {
      url: counter.url,
      clients: [
        {
          ...{ kind: 'counter', id: clientId, name: 'City Library, desk 1', secret: clientSecret },
          claims: {
            given_name: { purpose: { en: 'Staff greet you by name' } },
            family_name: { purpose: { en: 'Staff find your books by it' } },
            phone_number: { purpose: { en: 'We call when a book you wait for is in' } },
          },
        },
      ],
      guide: [
        'A counter: start a check there, and open its code in a second window, which is the phone.',
        `Each side says a number to the other. The phone then asks who you are (${login}), and for your face.`,
        'Open the code in two windows, or type a wrong number: the check ends, and the counter is told nothing.',
      ],
      close: counter.close,
    };
  },
};
