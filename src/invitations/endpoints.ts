import { z } from 'zod';
import {
  checkReturnUrl,
  findConnection,
  immediateField,
  requireSubject,
  returnUrlField,
  subjectFields,
} from '../access/connection-access.js';
import { type Connection, requireConnection } from '../core/connection.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import { supportedLanguages } from '../core/language.js';
import { requestedLink } from '../core/page-link.js';
import { setUpLinkReply } from '../core/page-protocol.js';
import { FaceError } from '../errors.js';
import { adminEndpoint, clientEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import type { FlowPorts } from '../step-up/flow.js';
import type { OwnPageFlow } from '../step-up/own-page-flow.js';
import { invitationReply, sentInvitationReply } from '../step-up/replies.js';
import { findMissingEnrolment } from '../step-up/session.js';
import { sessionEndpoint } from '../step-up/session-endpoint.js';
import { startStepUp } from '../step-up/step-up.js';
import { invitation } from './flow.js';
import { inviteByEmail } from './invite-by-email.js';

/** Anyone who reads the person's mail can open the page, so that it proves nothing. */
const ownPageByLink: OwnPageFlow = { kind: 'own_page', faceShownAt: null, proof: 'invitation', mayRenew: true };

const hourSec = 60 * 60;

/** Lifetime of a link that a user requested during a check. */
const setUpLinkSec = 24 * hourSec;

const codesOfSending = ['contact_missing', 'delivery_failed', 'locked_out'] as const;

const invitationFields = z.strictObject({
  ...subjectFields,
  purpose: z.enum(['enrol', 'manage']).default('enrol'),
  lifeHours: z.int().min(1).max(720).default(72).describe('Lifetime of the unopened link, in hours.'),
  returnUrl: returnUrlField,
  immediate: immediateField,
});

export function createInvitationEndpoints(
  deps: CoreDeps & Ports<'brandOf' | 'connections' | 'delivery' | 'linkOf'> & FlowPorts,
): Endpoint[] {
  const common = {
    status: 201,
    description:
      'The person can enrol (`enrol`), or view, renew and end their enrolment (`manage`). The link opens once, and anyone with the link acts as that user: send it only to a place that only the user can read. Refused if the provider does not know the user.',
    codes: ['connection_unknown', 'subject_unknown', 'profile_unavailable'],
    fields: invitationFields,
    reply: invitationReply,
  } as const;
  const invite = async (
    { purpose, lifeHours, returnUrl, immediate, ...named }: z.output<typeof invitationFields>,
    connection: Connection,
    asked: { readonly by?: string },
  ) => {
    // An unknown user is reported as such, because clients that may invite may also enrol and learn this anyway.
    const subject = await requireSubject(connection, named);
    await connection.profile.readAccount(subject);
    const started = await startStepUp(
      {
        connection,
        subject,
        purpose,
        ...asked,
        returnUrl: checkReturnUrl(connection, returnUrl),
        lifeSec: lifeHours * hourSec,
      },
      purpose === 'manage' ? ownPageByLink : invitation,
      deps,
    );
    return { id: started.id, url: requestedLink(deps.issuer, started, immediate), expiresAt: started.expiresAt };
  };
  return [
    clientEndpoint({
      ...common,
      path: '/invitations',
      tag: 'Step-up',
      scope: 'enrol',
      summary: 'Invite a user of a connection to the capture page',
      handle: ({ fields, client }) => invite(fields, findConnection(fields.connection, client, deps), {}),
    }),
    adminEndpoint({
      ...common,
      path: '/subjects/invite',
      tag: 'Data subjects',
      right: 'assist',
      isSensitive: true,
      summary: 'Invite a user, as an administrator',
      description: `${common.description} With \`send\`, the link goes to the user’s e-mail address at the provider instead of into the reply; at most 3 e-mails a day to one user, and 1,000 an hour by one administrator.`,
      codes: [...common.codes, ...codesOfSending],
      fields: invitationFields.extend({
        send: z.enum(['none', 'email']).default('none').describe('`email`: only for `enrol`.'),
        language: z
          .enum(supportedLanguages)
          .nullable()
          .default(null)
          .describe(
            'Language of the e-mail and of the page, if the user’s profile has no supported `locale`. By default that of the policy.',
          ),
      }),
      reply: sentInvitationReply,
      async handle({ fields: { send, language, ...fields }, administrator }) {
        const connection = requireConnection(fields.connection, deps);
        if (send === 'none') return invite(fields, connection, { by: administrator.name });
        if (fields.purpose !== 'enrol')
          throw new FaceError('request_malformed', { field: 'send', reason: 'Needs the purpose enrol.' });
        const { id, expiresAt } = await inviteByEmail(
          {
            connection,
            subject: await requireSubject(connection, fields),
            by: administrator,
            language,
            returnUrl: checkReturnUrl(connection, fields.returnUrl),
            lifeSec: fields.lifeHours * hourSec,
          },
          deps,
        );
        return { id, url: null, expiresAt };
      },
    }),
    sessionEndpoint({
      ...common,
      deps,
      path: '/face/set-up-link',
      action: 'send_set_up_link',
      summary: 'E-mail the person a link to enrol',
      description:
        'Available if `missingEnrolment` has `linkOffered`. The link goes to the address of the person at the identity provider, and is valid for 24 hours; at most 3 e-mails a day to one person, and 300 an hour of one connection.',
      codes: [...common.codes, ...codesOfSending, 'not_found'],
      fields: z.strictObject({ language: z.enum(supportedLanguages).default('en') }),
      reply: setUpLinkReply,
      async handle({ fields: { language }, session }) {
        const { connection, record } = session;
        if (connection === null) throw new FaceError('connection_unknown');
        if ((await findMissingEnrolment(session, deps))?.linkOffered !== true) throw new FaceError('not_found');
        const about = { connection, subject: record.subject, by: null, language };
        await inviteByEmail({ ...about, returnUrl: null, lifeSec: setUpLinkSec }, deps);
        return { isSent: !deps.delivery.outbox.includes('email') };
      },
    }),
  ];
}
