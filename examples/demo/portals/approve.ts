import { startBank } from '../../approve/server.js';
import type { Portal } from './portal.js';

const clientId = 'bank';

export const approvePortal: Portal = {
  id: 'approve',
  port: 8092,
  async start({ port, serverUrl, connection, clientSecret, user, clientToken }) {
    let token: Promise<string> | null = null;
    const bank = await startBank({
      ...{ port, serverUrl, connection },
      client: { id: clientId, secret: clientSecret },
      customer: { login: user.login, subject: user.id },
      clientToken() {
        token ??= clientToken(['verify']);
        return token;
      },
      clientModule: new URL('../../../client/index.js', import.meta.url).href,
    });
    return {
      url: bank.url,
      clients: [
        {
          ...{ kind: 'relying_party', id: clientId, name: 'Example Bank', secret: clientSecret },
          ...{ redirectUris: [bank.redirectUri], actions: true },
        },
      ],
      returnUrls: [bank.returnUrl],
      guide: [
        'Pay a bill or sign a document. Before the camera opens, the page shows exactly what you approve.',
        'If you change the amount in another tab during the face check, the bank pays nothing.',
        'Check the signature offline on the same page, with this document and with another one.',
      ],
      close: bank.close,
    };
  },
};
