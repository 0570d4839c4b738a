import { z } from 'zod';
import type { ApiDeps } from '../api/deps.js';
import { clientEndpoint, type Endpoint } from '../api/endpoint.js';
import { instantReply } from '../api/fields.js';
import { startStepUp } from '../core/step-up.js';
import { toIso } from '../core/units.js';
import { checkReturnUrl, findConnection, returnUrlField, who } from './connection-access.js';
import { startedLink } from './page-link.js';

const hourSec = 60 * 60;

/** Links that an administrator, or a portal of the organisation, hands to a person. */
export function createInvitationEndpoints(deps: ApiDeps): Endpoint[] {
  return [
    clientEndpoint({
      ...({ method: 'POST', path: '/invitations', versions: [1, 2], status: 201, tag: 'Step-up', ours: true } as const),
      scope: 'enrol',
      summary: 'Invite a user of a connection to the capture page',
      description:
        'To enrol (`enrol`), or to see what is held of them, renew it or end it (`manage`). The link opens once, and whoever holds it speaks for that user: send it where only they read it.',
      codes: ['connection_unknown'],
      photos: {},
      fields: z.strictObject({
        ...who,
        purpose: z.enum(['enrol', 'manage']).default('enrol'),
        lifeHours: z.int().min(1).max(336).default(72).describe('How long the link may wait, in hours.'),
        returnUrl: returnUrlField,
      }),
      reply: z.strictObject({ id: z.string(), url: z.string(), expiresAt: instantReply }),
      async handle({ fields, client }) {
        const { subject, purpose, lifeHours, returnUrl } = fields;
        const connection = findConnection(fields.connection, client, deps);
        const started = await startStepUp(
          {
            ...{ connection, subject, purpose, kept: null, receipt: null, feedsHooks: false },
            ...{ returnUrl: checkReturnUrl(connection, returnUrl), lifeSec: lifeHours * hourSec },
          },
          deps,
        );
        return { id: started.id, url: startedLink(deps.issuer, started), expiresAt: toIso(started.expiresAt) };
      },
    }),
  ];
}
