import { z } from 'zod';
import { signDocument } from '../core/sign-document.js';
import { FaceError } from '../errors.js';
import type { ApiDeps } from '../rest/deps.js';
import { clientEndpoint, type Endpoint } from '../rest/endpoint.js';
import { findConnection, who } from './connection-access.js';

/** Creates the endpoints that sign documents after an approval. */
export function createSignatureEndpoints(deps: ApiDeps): Endpoint[] {
  return [
    clientEndpoint({
      ...({ method: 'POST', path: '/signatures', versions: [1, 2], status: 201, tag: 'Step-up', ours: true } as const),
      scope: 'verify',
      summary: 'Sign a document that a person approved',
      description:
        'A form with the file as `document`, at most 10 MB. The receipt is of a step-up for the audience `urn:facestep:signatures` whose `action` names the document’s digest, not older than two minutes, and good for this document alone. docs/approve-an-action.md says how the signature is checked.',
      codes: ['connection_unknown', 'receipt_invalid', 'document_changed'],
      photos: {
        document: {
          ...{ atLeast: 1, atMost: 1 },
          about: { description: 'A file of any kind, at most 10 MB.', mediaType: 'application/octet-stream' },
        },
      },
      fields: z.strictObject({
        connection: who.connection,
        subject: z.string().min(1).max(256).describe('Who approved it: the user’s immutable id.'),
        receipt: z.string().min(1).max(8192).describe('Of the step-up in which they did.'),
      }),
      reply: z.strictObject({
        signature: z.string().describe('A JWS without its payload, which is the file (RFC 7515, RFC 7797).'),
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
