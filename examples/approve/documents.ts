/*
 * Signs a document after its reader approved it by face. The code calls the REST API with a client token, which never
 * leaves this server.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

export interface Document {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly stepUp: string;
}

const refusalGuard = z.object({ code: z.string() });
const startedGuard = z.object({ id: z.string(), url: z.string() });
const stepUpGuard = z.object({ receipt: z.string().nullable() });
const signedGuard = z.object({ signature: z.string() });
const keysGuard = z.object({ keys: z.array(z.looseObject({})) });

/**
 * Thrown if the document was not signed. `code` is the facestep server's error code, or `declined` if the user did not
 * approve.
 */
export class NotSigned extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export function createDocuments({
  serverUrl,
  connection,
  subject,
  clientToken,
  returnUrl,
}: {
  readonly serverUrl: string;
  readonly connection: string;
  readonly subject: string;
  readonly clientToken: () => Promise<string>;
  readonly returnUrl: string;
}) {
  async function call<Reply extends z.ZodType>(path: string, guard: Reply, init: RequestInit = {}) {
    const headers = { ...init.headers, 'x-auth-token': await clientToken() };
    const reply = await fetch(`${serverUrl}${path}`, { ...init, headers });
    const body: unknown = await reply.json();
    if (!reply.ok) throw new NotSigned(refusalGuard.parse(body).code);
    return guard.parse(body);
  }

  return {
    async begin(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<{ url: string; document: Document }> {
      const digest = createHash('sha256').update(bytes).digest('hex');
      const action = { type: 'facestep_action', title: 'Sign this document', document: { name, digest } };
      const asked = { connection, subject, audience: 'urn:facestep:signatures', action, returnUrl };
      const headers = { 'content-type': 'application/json' };
      const { id, url } = await call('/step-ups', startedGuard, {
        ...{ method: 'POST', headers, body: JSON.stringify(asked) },
      });
      return { url, document: { name, bytes, stepUp: id } };
    },

    /** @throws NotSigned */
    async finish({ stepUp, bytes }: Document): Promise<string> {
      const { receipt } = await call(`/step-ups/${encodeURIComponent(stepUp)}`, stepUpGuard);
      if (receipt === null) throw new NotSigned('declined');
      const form = new FormData();
      for (const [name, text] of Object.entries({ connection, subject, receipt })) form.set(name, text);
      form.set('document', new Blob([bytes]), 'document');
      const { signature } = await call('/signatures', signedGuard, { method: 'POST', body: form });
      return signature;
    },

    /** Returns what a verifier of the signature needs: the issuer, its public keys and the expected signer. */
    async trusted(): Promise<object> {
      const { keys } = await call('/.well-known/jwks.json', keysGuard);
      return { issuer: serverUrl, keys: { keys }, expected: { connection, subject } };
    },
  };
}
