import { z } from 'zod';
import { type Kiosk, startCounter } from '../../counter/server.js';
import type { Portal } from './portal.js';

const clientId = 'library-desk';

export const counterPortal: Portal = {
  id: 'counter',
  port: 8094,
  async start({ port, serverUrl, issuer, clientSecret, clientToken, user: { login } }) {
    let kiosk: Promise<Kiosk> | null = null;
    const counter = await startCounter({
      ...{ port, issuer, clientId, clientSecret },
      // Portals start before the facestep server, so the client token is requested at the first use.
      kiosk() {
        kiosk ??= clientToken(['verify']).then((token) => registerKiosk(serverUrl, token));
        return kiosk;
      },
    });
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
        'A counter: start a check, and open its code in a second window, which stands for the phone.',
        `Each side says a number to the other. The phone then asks who you are (${login}), and for your face.`,
        'Without a phone: open /kiosk of the counter in a third window and press "No phone: use the kiosk" at the counter.',
        'If you open the code in two windows or type a wrong number, the check ends without a result.',
      ],
      close: counter.close,
    };
  },
};

const kioskGuard = z.object({ id: z.string(), url: z.string() });

async function registerKiosk(serverUrl: string, token: string): Promise<Kiosk> {
  const headers = { 'content-type': 'application/json', 'x-auth-token': token };
  const body = JSON.stringify({ name: 'City Library, kiosk' });
  return kioskGuard.parse(await (await fetch(`${serverUrl}/kiosks`, { method: 'POST', headers, body })).json());
}
