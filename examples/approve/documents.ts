/*
 * A document that is signed once its reader has approved it by their face: the REST API with a client token, which stays on
 * this server.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What of a document is kept until it is signed, or is not. */
export interface Document {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the face check that is to approve it. */
  readonly stepUp: string;
}

const refusalGuard = z.object({ code: z.string() });
const startedGuard = z.object({ id: z.string(), url: z.string() });
const stepUpGuard = z.object({ receipt: z.string().nullable() });
const signedGuard = z.object({ signature: z.string() });
const keysGuard = z.object({ keys: z.array(z.looseObject({})) });

/** Why a document is not signed: a code of the server. */
export class NotSigned extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** Documents of one customer. */
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
  /** With the scope `verify`. */
  readonly clientToken: () => Promise<string>;
  readonly returnUrl: string;
}) {
  /** @throws NotSigned */
  async function call<Reply extends z.ZodType>(path: string, guard: Reply, init: RequestInit = {}) {
    const headers = { ...init.headers, 'x-auth-token': await clientToken() };
    const reply = await fetch(`${serverUrl}${path}`, { ...init, headers });
    const body: unknown = await reply.json();
    if (!reply.ok) throw new NotSigned(refusalGuard.parse(body).code);
    return guard.parse(body);
  }

  return {
    /** Asks for the face check that names the document and its digest. @returns where the person is to go */
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

    /** @returns the signature @throws NotSigned `declined` where the person did not approve it; or a code of the server */
    async finish({ stepUp, bytes }: Document): Promise<string> {
      const { receipt } = await call(`/step-ups/${encodeURIComponent(stepUp)}`, stepUpGuard);
      if (receipt === null) throw new NotSigned('declined');
      const form = new FormData();
      for (const [name, text] of Object.entries({ connection, subject, receipt })) form.set(name, text);
      form.set('document', new Blob([bytes]), 'document');
      const { signature } = await call('/signatures', signedGuard, { method: 'POST', body: form });
      return signature;
    },

    /** What whoever checks a signature has to know, now or years later. */
    async trusted(): Promise<object> {
      const { keys } = await call('/.well-known/jwks.json', keysGuard);
      return { issuer: serverUrl, keys: { keys }, expected: { connection, subject } };
    },
  };
}
