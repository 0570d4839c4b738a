import { startCheckIn } from '../../check-in/server.js';
import type { Portal } from './portal.js';

const clientId = 'check-in';
const places = new Map([
  ['north', 'North Hall'],
  ['library', 'City Library'],
]);

export const checkInPortal: Portal = {
  id: 'check-in',
  port: 8096,
  async start({ port, issuer, clientSecret }) {
    const checkIn = await startCheckIn({ port, issuer, clientId, clientSecret, places, keepDays: 14 });
    return {
      url: checkIn.url,
      clients: [
        {
          kind: 'relying_party',
          id: clientId,
          name: 'Check-in',
          secret: clientSecret,
          redirectUris: [checkIn.redirectUri],
        },
      ],
      guide: [
        'Open a place: its screen shows a QR code and the number of people. On this machine, open the link of the code yourself.',
        'Your list is shown after a face check. The place never learns your name.',
      ],
      close: checkIn.close,
    };
  },
};
