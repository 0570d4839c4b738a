import { z } from 'zod';
import { type DataConsent, readDataConsents, withdrawDataConsents } from '../../core/consented-data/consents.js';
import { emptyReply } from '../../core/page-protocol.js';
import { toIso } from '../../core/units.js';
import type { ApiPorts } from '../../http/rest/deps.js';
import { type Endpoint, sessionEndpoint } from '../../http/rest/endpoint.js';
import { type HomePage, toTexts } from '../../http/rest/home-page.js';
import { managedRef } from '../../step-up/current-enrolment.js';
import { dataConsentsReply, type ShownDataConsent } from '../../step-up/home-protocol.js';

function toShown(
  { client, claims, givenAt, expiresAt }: DataConsent,
  clients: HomePage['clients'] | undefined,
): ShownDataConsent {
  const registered = clients?.get(client);
  return {
    client,
    name: registered?.name ?? client,
    claims: [...claims],
    labels: Object.fromEntries(
      claims.flatMap((claim) => {
        const label = registered?.claims[claim]?.label;
        return label === undefined ? [] : [[claim, toTexts(label)]];
      }),
    ),
    givenAt: toIso(givenAt),
    expiresAt: toIso(expiresAt),
  };
}

export function createDataConsentEndpoints(
  deps: ApiPorts<'state' | 'clock' | 'audit' | 'settings' | 'connections' | 'homePages'>,
): Endpoint[] {
  const common = {
    ...({ versions: [1, 2], tag: 'Capture page', ours: true, status: 200, photos: {} } as const),
    codes: ['step_up_unknown', 'step_up_finished'] as const,
    deps,
  };
  return [
    sessionEndpoint({
      ...common,
      method: 'GET',
      path: '/face/data-consents',
      action: 'read_data_consents',
      summary: 'List the person’s consents to share claims',
      description:
        'Needs the session of a link with the purpose `manage`. Returns names of claims, never their values.',
      fields: z.strictObject({}),
      reply: dataConsentsReply,
      async handle({ session }) {
        const clients = deps.homePages.get(session.record.connection)?.clients;
        const consents = await readDataConsents(managedRef(session, deps), deps);
        return { dataConsents: consents.map((consent) => toShown(consent, clients)) };
      },
    }),
    sessionEndpoint({
      ...common,
      method: 'POST',
      path: '/face/data-consents/withdraw',
      action: 'withdraw_data_consent',
      summary: 'Withdraw the consent to share claims with a client',
      description:
        'After this, tokens for this client contain no claims of the person. Ending an ended consent succeeds.',
      fields: z.strictObject({ client: z.string().min(1).max(256).describe('Id of the client, as in the list.') }),
      reply: emptyReply,
      async handle({ session, fields }) {
        await withdrawDataConsents(managedRef(session, deps), { client: fields.client }, deps);
        return {};
      },
    }),
  ];
}
