import { z } from 'zod';
import { toSubjectRef } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { emptyReply, enrolmentReply, passkeyReply, viewReply } from '../../core/page-protocol.js';
import { toEpochMs, toIso } from '../../core/units.js';
import type { FaceErrorCode } from '../../errors.js';
import { shareOfClient } from '../../http/rest/client-tokens.js';
import {
  clientEndpoint,
  type Endpoint,
  instantField,
  passwordField,
  sessionEndpoint,
} from '../../http/rest/endpoint.js';
import { instantReply } from '../../http/rest/replies/instant.js';
import {
  readCurrentEnrolment,
  renewCurrentEnrolment,
  revokeCurrentEnrolment,
} from '../../step-up/current-enrolment.js';
import { findConnection, requireSubject, subjectFields } from '../../step-up/endpoints/connection-access.js';
import { toViewReply } from '../../step-up/session-view.js';
import { askForPasskey, checkPassword } from '../../step-up/user-secret.js';
import { checkConsent } from '../consent.js';
import { enrolSubject } from '../enrol.js';
import { revokeSubject } from '../revoke.js';

export function createPasskeyEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'passkeys' | 'connections'>,
): Endpoint[] {
  return [
    sessionEndpoint({
      ...({ versions: [1, 2], tag: 'Capture page', ours: true, method: 'POST', status: 201 } as const),
      path: '/face/passkey',
      action: 'start_passkey',
      summary: 'Begin the WebAuthn ceremony of a challenge',
      description:
        'Replaces an earlier ceremony; its response is valid once, for ten minutes. `create` makes a credential at enrolment; `get` uses the enrolled credential. For a person without a credential, the options are indistinguishable from others.',
      codes: ['step_up_unknown', 'step_up_finished', 'consent_missing', 'not_found'],
      photos: {},
      fields: z.strictObject({}),
      deps,
      reply: passkeyReply,
      async handle({ session }) {
        const { ceremony, options } = await askForPasskey(session, deps);
        return { ceremony, options };
      },
    }),
  ];
}

export function createCurrentEnrolmentEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'settings' | 'connections'>,
): Endpoint[] {
  const common = {
    ...({ versions: [1, 2], tag: 'Capture page', ours: true, status: 200, photos: {} } as const),
    codes: [
      'step_up_unknown',
      'step_up_finished',
      'subject_unknown',
      'profile_unavailable',
      'token_malformed',
    ] as const,
    deps,
    fields: z.strictObject({}),
  };
  return [
    sessionEndpoint({
      ...common,
      method: 'GET',
      path: '/face/enrolment',
      action: 'read_enrolment',
      summary: 'Get the enrolment of the person',
      description: 'Needs the session of a link with the purpose `manage`.',
      reply: enrolmentReply,
      async handle({ session }) {
        const current = await readCurrentEnrolment(session, deps);
        const { mayRenew } = session.record;
        if (current === null) return { enrolment: null, mayRenew };
        const { tokenId, purpose, enrolledAt, expiresAt } = current;
        return {
          enrolment: {
            tokenId,
            purpose,
            enrolledAt: enrolledAt === null ? null : toIso(enrolledAt),
            expiresAt: expiresAt === null ? null : toIso(expiresAt),
          },
          mayRenew,
        };
      },
    }),
    sessionEndpoint({
      ...common,
      method: 'POST',
      path: '/face/enrolment/revoke',
      action: 'revoke_enrolment',
      summary: 'End the enrolment of the person',
      description: 'Revokes the token, clears the attribute, and records the withdrawal of the consent.',
      reply: emptyReply,
      async handle({ session }) {
        await revokeCurrentEnrolment(session, deps);
        return {};
      },
    }),
    sessionEndpoint({
      ...common,
      method: 'POST',
      path: '/face/enrolment/renew',
      action: 'renew_enrolment',
      summary: 'Replace the enrolment of the person',
      codes: [...common.codes, 'not_found'],
      description:
        'The previous token stays valid until the new one is written. Returns `not_found` if the person only signed in, and the connection does not allow enrolment after a sign-in alone.',
      reply: viewReply,
      handle: async ({ session }) => ({ view: toViewReply(await renewCurrentEnrolment(session, deps)) }),
    }),
  ];
}

const profileCodes: readonly FaceErrorCode[] = ['connection_unknown', 'subject_unknown', 'profile_unavailable'];

export function createEnrolmentEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings' | 'connections'>,
): Endpoint[] {
  const common = { method: 'POST', versions: [1, 2], tag: 'Step-up', ours: true, scope: 'enrol' } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/enrolments',
      status: 201,
      summary: 'Enrol a user of a connection',
      description:
        'Creates a token and writes it to the user’s profile at the identity provider; it is never returned. If you send `password` here, send it at every check. If the connection requires a PIN, the password is the PIN; if it requires a passkey, only the capture page can enrol.',
      codes: [
        ...profileCodes,
        ...(['enrolment_changed', 'consent_missing', 'face_mismatch', 'secret_missing', 'secret_weak'] as const),
      ],
      photos: { photo: { atLeast: 1, atMost: 5 } },
      fields: z.strictObject({
        ...subjectFields,
        password: passwordField,
        consentStatement: z.string().min(1).max(2000).describe('Text that the person agreed to, or its name.'),
        consentGivenAt: instantField.describe('Time of the consent (RFC 3339).'),
      }),
      reply: z.strictObject({
        tokenId: z.string(),
        expiresAt: instantReply.nullable(),
        photos: z.int(),
        weak: z.boolean().describe('True if it was made from one photo.'),
      }),
      async handle({ fields, client, photos }) {
        const connection = findConnection(fields.connection, client, deps);
        const secret = fields.password ?? null;
        checkPassword(connection.policy, secret);
        const consent = { statement: fields.consentStatement, givenAt: fields.consentGivenAt };
        checkConsent(consent, deps.clock.now());
        const detail = { statement: consent.statement, givenAt: toIso(consent.givenAt), client: client.id };
        const person = { connection, subject: await requireSubject(connection, fields) };
        await deps.audit.append({ action: 'consent_given', ...toSubjectRef(person), detail });
        const sealed = await enrolSubject(
          {
            ...person,
            photos: photos('photo'),
            secret,
            consent,
            share: shareOfClient(client),
          },
          deps,
        );
        return {
          tokenId: sealed.tokenId,
          expiresAt: sealed.expiresAt === null ? null : toIso(toEpochMs(sealed.expiresAt)),
          photos: sealed.photos,
          weak: sealed.photos === 1,
        };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/enrolments/revoke',
      status: 200,
      summary: 'End the enrolment of a user',
      description: 'Revokes the token and clears the attribute. Ending an ended enrolment succeeds.',
      codes: profileCodes,
      photos: {},
      fields: z.strictObject(subjectFields),
      reply: z.strictObject({}),
      async handle({ fields, client }) {
        const connection = findConnection(fields.connection, client, deps);
        await revokeSubject({ connection, subject: await requireSubject(connection, fields) }, deps);
        return {};
      },
    }),
  ];
}
