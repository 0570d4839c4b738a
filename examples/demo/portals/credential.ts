import { startWallet } from '../../wallet/server.js';
import type { Portal } from './portal.js';

const type = 'staff_card';

/** A staff card to carry, for whoever has enrolled at the sign-in, and a small wallet that takes it. */
export const credentialPortal: Portal = {
  id: 'credential',
  port: 8098,
  async start({ port, issuer }) {
    const wallet = await startWallet({ port, issuer, offerPage: `${issuer}/credentials/${type}` });
    return {
      url: wallet.url,
      clients: [],
      credentials: {
        [type]: {
          vct: 'urn:example:staff-card',
          name: 'Staff card',
          claims: {
            given_name: { purpose: { en: 'To call you by your name' } },
            family_name: { purpose: { en: 'To call you by your name' } },
            email: { purpose: { en: 'To write to you' } },
          },
        },
      },
      guide: [
        'A small wallet, and a staff card for it. Any wallet for OpenID4VCI 1.0 may take it, if it reaches this machine.',
      ],
      close: wallet.close,
    };
  },
};
