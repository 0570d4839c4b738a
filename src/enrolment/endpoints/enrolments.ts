import { z } from 'zod';
import { shareOfClient } from '../../access/client-tokens.js';
import { findConnection, requireSubject, subjectFields } from '../../access/connection-access.js';
import { toSubjectRef } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { instantReply } from '../../core/instant.js';
import { toEpochMs, toIso } from '../../core/units.js';
import { FaceError, type FaceErrorCode } from '../../errors.js';
import { clientEndpoint, type Endpoint, instantField, passwordField } from '../../http/rest/endpoint.js';
import { companyPhotoCodes, proveEnrolment } from '../company-photo.js';
import { checkConsent } from '../consent.js';
import { compareWithEarlier, rememberFrames } from '../earlier-frames.js';
import { enrolSubject } from '../enrol.js';
import { checkPassword } from '../new-pin.js';
import { revokeSubject } from '../revoke.js';

const profileCodes: readonly FaceErrorCode[] = ['connection_unknown', 'subject_unknown', 'profile_unavailable'];

export function createEnrolmentEndpoints(
  deps: Ports<
    'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings' | 'connections' | 'keys' | 'analysisCache'
  >,
): Endpoint[] {
  const common = { tag: 'Step-up', scope: 'enrol' } as const;
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
        'enrolment_changed',
        'consent_missing',
        'face_mismatch',
        'secret_missing',
        'secret_weak',
        'locked_out',
        'photo_replayed',
        ...companyPhotoCodes,
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
        const face = { ...person, photos: photos('photo'), share: shareOfClient(client) };
        const earlier =
          client.replay === 'none'
            ? null
            : await compareWithEarlier(toSubjectRef(person), face.photos, face.share, deps);
        if (client.replay === 'all' && earlier?.newness.pass === false) {
          const refusal = { code: 'photo_replayed' } as const;
          await deps.audit.append({ action: 'enrolment_refused', ...toSubjectRef(person), detail: refusal });
          throw new FaceError(refusal.code);
        }
        const proven = await proveEnrolment(
          { ...face, stepUpId: null, document: null, given: 'photos_of_client', hasShownFormer: false },
          deps,
        );
        if (proven.kind === 'unproven') throw new FaceError(proven.code);
        const { proof, document, mayReplace } = proven;
        const sealed = await enrolSubject({ ...face, secret, consent, proof, document, mayReplace }, deps);
        await rememberFrames(toSubjectRef(person), earlier, deps);
        return {
          tokenId: sealed.tokenId,
          expiresAt: sealed.expiresAt && toEpochMs(sealed.expiresAt),
          photos: sealed.photos,
          weak: sealed.photos === 1,
        };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/enrolments/revoke',
      summary: 'End the enrolment of a user',
      description: 'Revokes the token and clears the attribute. Ending an ended enrolment succeeds.',
      codes: profileCodes,
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
