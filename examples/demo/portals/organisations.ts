import { startTaxOffice } from '../../organisations/server.js';
import type { Portal } from './portal.js';

const clientId = 'tax-office';

export const organisationsPortal: Portal = {
  id: 'organisations',
  port: 8097,
  async start({ port, issuer, clientSecret }) {
    const office = await startTaxOffice({ port, issuer, clientId, clientSecret });
    return {
      url: office.url,
      clients: [
        {
          ...{ kind: 'relying_party', id: clientId, name: 'Tax Office', secret: clientSecret },
          redirectUris: [office.redirectUri],
          organisations: true,
        },
      ],
      settings: {
        organisations: {
          pattern: 'corp:{organisation}:{role}',
          list: [
            { id: '201912345K', name: 'Harbour Bakery' },
            { id: 'T08GB0001A', name: 'Orchard Cycles' },
          ],
        },
      },
      groups: ['corp:201912345K:filer', 'corp:201912345K:payer', 'corp:T08GB0001A:reader'],
      guide: ['A tax office: choose the company you act for. Your role decides what you may do.'],
      close: office.close,
    };
  },
};
