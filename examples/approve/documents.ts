/*
 * Signs a document after its reader approved it by face. The code calls the REST API with a client token, which never
 * leaves this server.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
// In your project: '@facestep/client'.
import { createFacestepClient, FacestepError, signatureAudience } from '../../client/index.js';

export interface Document {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly stepUp: string;
}

const keysGuard = z.object({ keys: z.array(z.looseObject({})) });

/** Methods throw `FacestepError` with the facestep server's error code, or `declined` if the user did not approve. */
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
  const connect = async () => createFacestepClient({ url: serverUrl, clientToken: await clientToken(), fetch });

  return {
    async begin(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<{ url: string; document: Document }> {
      const digest = createHash('sha256').update(bytes).digest('hex');
      const action = { type: 'facestep_action', title: 'Sign this document', document: { name, digest } } as const;
      const asked = { connection, subject, audience: signatureAudience, action, returnUrl, immediate: true };
      const { id, url } = await (await connect()).startStepUp(asked);
      return { url, document: { name, bytes, stepUp: id } };
    },

    async finish({ stepUp, bytes }: Document): Promise<string> {
      const facestep = await connect();
      const { receipt } = await facestep.readStepUp(stepUp);
      if (receipt === null) throw new FacestepError('declined', 'The user did not approve.');
      return (await facestep.signDocument({ connection, subject, receipt }, bytes)).signature;
    },

    /** Returns what a verifier of the signature needs: the issuer, its public keys and the expected signer. */
    async trusted(): Promise<object> {
      const { keys } = keysGuard.parse(await (await fetch(`${serverUrl}/.well-known/jwks.json`)).json());
      return { issuer: serverUrl, keys: { keys }, expected: { connection, subject } };
    },
  };
}
