import { startCardSignIn } from '../../card-sign-in/server.js';
import { startWallet } from '../../wallet/server.js';
import { certifyVerifier } from '../verifier-certificate.js';
import { type Portal, toClient } from './portal.js';

const type = 'staff_card';
const vct = 'urn:example:staff-card';
const clientId = 'staff-portal';

export const credentialPortal: Portal = {
  id: 'credential',
  port: 8098,
  async start({ port, issuer, clientSecret }) {
    const { authority, certified } = await certifyVerifier('Example Staff Portal');
    const wallet = await startWallet({ port, issuer, offerPage: `${issuer}/credentials/${type}`, authority });
    const signIn = await startCardSignIn({ port: 0, issuer, clientId, clientSecret, vct, certified });
    return {
      url: wallet.url,
      clients: [toClient(clientId, clientSecret, signIn, { name: 'Staff Portal' })],
      credentials: {
        [type]: {
          vct,
          name: 'Staff card',
          claims: {
            given_name: { purpose: { en: 'To call you by your name' } },
            family_name: { purpose: { en: 'To call you by your name' } },
            email: { purpose: { en: 'To write to you' } },
          },
        },
      },
      guide: [
        'A small wallet and a staff card for it. Any OpenID4VCI 1.0 wallet that reaches this machine can receive the card.',
        `Sign in with the card: ${signIn.url}. Copy the address of "My wallet is on this device" to the wallet.`,
        'Show your card, then your face. You type nothing.',
      ],
      async close() {
        await signIn.close();
        await wallet.close();
      },
    };
  },
};
