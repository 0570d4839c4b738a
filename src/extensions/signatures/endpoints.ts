import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { FaceError } from '../../errors.js';
import { clientEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { findConnection, who } from '../../step-up/endpoints/connection-access.js';
import { signDocument } from './sign-document.js';

export function createSignatureEndpoints(
  deps: Ports<'state' | 'clock' | 'audit' | 'log' | 'signer' | 'issuer' | 'connections'>,
): Endpoint[] {
  return [
    clientEndpoint({
      ...({ method: 'POST', path: '/signatures', versions: [1, 2], status: 201, tag: 'Step-up', ours: true } as const),
      scope: 'verify',
      summary: 'Sign a document that a person approved',
      description:
        'Takes a form with the file as `document`, at most 10 MB. The receipt must be of a step-up for the audience `urn:facestep:signatures` whose `action` contains the document’s digest. It is valid for two minutes and for this document only. docs/approve-an-action.md describes how to verify the signature.',
      codes: ['connection_unknown', 'receipt_invalid', 'document_changed'],
      photos: {
        document: {
          ...{ atLeast: 1, atMost: 1 },
          about: { description: 'A file of any kind, at most 10 MB.', mediaType: 'application/octet-stream' },
        },
      },
      fields: z.strictObject({
        connection: who.connection,
        subject: z.string().min(1).max(256).describe('The approver: the user’s immutable id.'),
        receipt: z.string().min(1).max(8192).describe('Receipt of the step-up in which they approved it.'),
      }),
      reply: z.strictObject({
        signature: z.string().describe('A JWS with detached payload, which is the file (RFC 7515, RFC 7797).'),
      }),
      async handle({ fields, photos, client }) {
        const { connection, subject, receipt } = fields;
        const [document] = photos('document');
        if (document === undefined) throw new FaceError('photo_missing');
        findConnection(connection, client, deps);
        return { signature: await signDocument({ connection, subject, receipt, document }, deps) };
      },
    }),
  ];
}
