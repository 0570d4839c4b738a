import { z } from 'zod';
import { referenceMechanism, signatureAudience, signatureType } from '../../../client/signature-header.js';
import { findConnection, subjectFields } from '../../access/connection-access.js';
import { toAuditFields } from '../../core/action.js';
import { toSubject } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { redeemApproval } from '../../core/receipt.js';
import { hexDigestOf, type Photo } from '../../core/secrets.js';
import { toEpochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { clientEndpoint, type Endpoint } from '../../http/rest/endpoint.js';

type SignaturePorts = Ports<'state' | 'clock' | 'audit' | 'log' | 'signer' | 'issuer'>;

/**
 * Signs a document after the user approved its name and digest. The approval is consumed, but the same document may be
 * signed again with it.
 * @returns a compact JWS without its payload (RFC 7797)
 * @throws `receipt_invalid` without a valid approval; `document_changed` if the approval is for another document
 */
async function signDocument(
  asked: {
    readonly connection: string;
    readonly subject: string;
    readonly receipt: string;
    readonly document: Photo;
  },
  deps: SignaturePorts,
): Promise<string> {
  const { connection, subject, receipt, document } = asked;
  const digest = document.use((bytes) => hexDigestOf(bytes));
  const {
    action,
    action_digest: actionDigest,
    txn,
  } = await redeemApproval(
    receipt,
    {
      audience: signatureAudience,
      connection,
      subject,
      toUse(claims) {
        if (claims.action.document?.digest !== digest) throw new FaceError('document_changed');
        return `signature:${digest}`;
      },
    },
    deps,
  );
  const header = {
    b64: false,
    crit: ['b64', 'sigD'],
    iat: toEpochSec(deps.clock.now()),
    sigD: { mId: referenceMechanism, pars: [action.document?.name ?? ''] },
    approval: receipt,
  };
  const signature = await document.use((bytes) => deps.signer.signDetached(signatureType, header, bytes));
  const { title } = toAuditFields({ words: action, digest: actionDigest });
  const detail = { stepUpId: txn, actionDigest, document: digest, title };
  await deps.audit.append({ action: 'document_signed', connection, subject, detail });
  return signature;
}

export function createSignatureEndpoints(deps: SignaturePorts & Ports<'connections'>): Endpoint[] {
  return [
    clientEndpoint({
      path: '/signatures',
      status: 201,
      tag: 'Step-up',
      scope: 'verify',
      summary: 'Sign a document that a person approved',
      description:
        'Takes a form with the file as `document`, at most 10 MB. The receipt must be of a step-up for the audience `urn:facestep:signatures` whose `action` contains the document’s digest. It is valid for two minutes and for this document only. docs/approve-an-action.md describes how to verify the signature.',
      codes: ['connection_unknown', 'receipt_invalid', 'document_changed'],
      photos: {
        document: {
          atLeast: 1,
          atMost: 1,
          about: { description: 'A file of any kind, at most 10 MB.', mediaType: 'application/octet-stream' },
        },
      },
      fields: z.strictObject({
        connection: subjectFields.connection,
        subject: z.string().min(1).max(256).describe('The approver: the user’s immutable id.'),
        receipt: z.string().min(1).max(8192).describe('Receipt of the step-up in which they approved it.'),
      }),
      reply: z.strictObject({
        signature: z.string().describe('A JWS with detached payload, which is the file (RFC 7515, RFC 7797).'),
      }),
      async handle({ fields, photos, client }) {
        const { connection, receipt } = fields;
        const [document] = photos('document');
        if (document === undefined) throw new FaceError('photo_missing');
        const { profile } = findConnection(connection, client, deps);
        const subject = toSubject(fields.subject, profile);
        return { signature: await signDocument({ connection, subject, receipt, document }, deps) };
      },
    }),
  ];
}
